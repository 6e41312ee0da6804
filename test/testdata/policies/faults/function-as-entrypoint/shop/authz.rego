package shop.authz

default decision := false

allow(role) := role == "admin"
