package shop.authz

default decision := false

deny if input.request.headers["X-Role"] == "guest"

decision if not deny
