package bookstore.authz

decision := true
