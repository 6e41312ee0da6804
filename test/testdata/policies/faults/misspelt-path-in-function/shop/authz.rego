package shop.authz

default decision := false

method(document) := document.request.metod

deny if method(input) == "POST"

decision if not deny
