package shop.authz

decision if method == "GET"
