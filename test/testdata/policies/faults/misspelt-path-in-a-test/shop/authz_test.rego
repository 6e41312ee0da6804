package shop.authz_test

import data.shop.authz

test_get if {
	authz.decision with input.request.method as "GET"
	not input.request.metod
}
