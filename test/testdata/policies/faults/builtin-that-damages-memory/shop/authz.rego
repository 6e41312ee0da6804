package shop.authz

default decision := false

decision if json.is_valid(input.request.query)
