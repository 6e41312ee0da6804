package shop.authz

roles := {"admin"}
