package shop.authz

default decision := false
