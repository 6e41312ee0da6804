package shop.authz

default decision := false

decision if crypto.sha256(input.request.method) == "x"
