package shop.authz

default decision := false

role := object.get(input, ["attributes", "request", "http", "header", "x-role"], "")

deny if role == "guest"

decision if not deny
