package shop.authz

default decision := false

decision if object.get(input.request, ["method", "name"], "") == "GET"
