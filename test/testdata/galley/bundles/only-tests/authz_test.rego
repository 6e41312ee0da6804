package bookstore.authz_test

test_nothing if true
