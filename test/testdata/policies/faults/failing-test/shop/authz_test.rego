package shop.authz_test

import data.shop.authz

test_get if authz.decision with input.request.method as "GET"

test_post if {
	print("asking with POST")
	authz.decision with input.request.method as "POST"
}
