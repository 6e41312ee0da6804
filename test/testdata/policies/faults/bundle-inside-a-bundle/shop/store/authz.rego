package store.authz

default decision := false
