package requests

decision := true
