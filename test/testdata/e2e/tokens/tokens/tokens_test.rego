package tokens_test

import data.tokens

# Signed with keys whose public parts are in data.json; their private parts are nowhere.
es256 := "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVzIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoic2hvcCIsInN1YiI6ImFubmEiLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6NDEwMDAwMDAwMH0.9KOIUNXtl7PREPt36HTauI5hq1AukWsBDtk60MHmVXsgVp04bfN5HQt4Om9xvG0VrfNmIR_8JPlvr_sW0x3cFQ"

rs256 := "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoic2hvcCIsInN1YiI6ImFubmEiLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6NDEwMDAwMDAwMH0.f4xwP-WH8TKijo63je3Vk4YJjcgkzM_CxzfcV68cswKHr9Le23EKfCjJIIiuAw_HGJwHVXw5xNgDVro3CCBhbuTgncxZ2zqkNHicDokFGIIKzga8sB1nCC3VWRUkcnxmuJc9uGzssGQxH7BajZDUxQS7h37Qah3MCW61ytR3vCd9EXzOmDVRd2DrT4z3_538GA36z2HyQEjUf2AzWPVwdYjQPh_f7IwLIdj2PPWLNPdO0FrbH0cGIpltvseBpn0t7SQ-1qRBbD4BC2yhAF8lE1uVPN4nYTtZl9O47kDtjWwi1xavOKDWBw6Q9Q8LoxGX0oyJP_xiGymv0FaFERtKuw"

ended := "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVzIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoic2hvcCIsInN1YiI6ImFubmEiLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDAwMX0.FYI3AtyRr51J0b8Esj1razaJADgDhsxf_kbsQzWJGGHYe0En5URVfjQs5xIKY19G4er028L-2FdXDuHxxcsVxw"

forged := "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVzIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoic2hvcCIsInN1YiI6ImFubmEiLCJuYmYiOjE3MDAwMDAwMDAsImV4cCI6NDEwMDAwMDAwMH0.tPpqWV3Km1UCNMN-sPgDfZcgabhmTd7boN5rHiluvB9ojtl1mMRoisujDMdu8ZM-8HLgxSm5AwC__8-VDlSKcQ"

request(path, token) := {"request": {"path_segments": path, "headers": {"x-token": token}}}

test_claims if {
	some token in {es256, rs256}
	decision := tokens.claims with input as request(["claims"], token)
	decision.headers == {"x-user": "anna"}
}

test_neither_ended_nor_forged if {
	every token in {ended, forged} {
		decision := tokens.claims with input as request(["claims"], token)
		not decision.allowed
	}
}

test_signed[algorithm] if {
	some algorithm, token in {"es256": es256, "rs256": rs256, "certificate": es256}
	tokens.signed with input as request(["signed", algorithm], token)
}

test_not_signed[algorithm] if {
	some algorithm in ["es256", "es384", "es512", "rs256", "rs384", "rs512", "certificate"]
	not tokens.signed with input as request(["signed", algorithm], forged)
}
