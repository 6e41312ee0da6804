package shop.authz

default decision := false

roles := {"admin"}

decision if "admin" in roles
