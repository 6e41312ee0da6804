package shop.authz

decision := input.request.method ==
