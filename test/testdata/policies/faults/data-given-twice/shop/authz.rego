package shop.authz

default decision := false

decision if data.roles.admin
