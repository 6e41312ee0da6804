package shop.authz

default decision := false

decision if input.request.method == "GET"
