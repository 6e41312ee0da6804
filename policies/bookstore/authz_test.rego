package bookstore.authz_test

import data.bookstore.authz

# The input as the filter makes it: exactly what the policy reads.
request(method, segments, headers) := {
	"attributes": {"request": {"http": {"method": method, "headers": headers}}},
	"request": {"path_segments": segments},
}

x_role(role) := {"x-role": role}

nothing_allows := {
	"allowed": false,
	"http_status": 403,
	"rule": "no_rule",
	"reason": "no rule allows this path",
	"body": "no rule allows this path\n",
}

test_everybody_reads_books if {
	every method in ["GET", "HEAD"] {
		every segments in [["books"], ["books", "1"], ["books", "1", "reviews"]] {
			decision := authz.decision with input as request(method, segments, {})
			decision == {"allowed": true, "rule": "books_public", "response_headers_to_add": {}}
		}
	}
}

test_readers_read_books if {
	decision := authz.decision with input as request("GET", ["books"], x_role("reader"))
	decision == {"allowed": true, "rule": "books_public", "response_headers_to_add": {}}
}

test_librarians_are_told_their_tier if {
	decision := authz.decision with input as request("GET", ["books", "1"], x_role("librarian"))
	decision == {
		"allowed": true,
		"rule": "books_public",
		"response_headers_to_add": {"x-policy-tier": "staff"},
	}
}

test_librarians_change_books if {
	every method in ["POST", "PUT", "PATCH", "DELETE"] {
		decision := authz.decision with input as request(method, ["books", "1"], x_role("librarian"))
		decision.allowed
		decision.rule == "books_staff"
	}
}

test_readers_with_a_name_draw_on_a_quota_of_their_own if {
	decision := authz.decision with input as request("GET", ["books"], {"x-reader": "ann"})
	decision.allowed
	decision.quotas == [{"name": "reads", "key": ["ann"]}]
	decision.quota_denied == {"body": "ann has read enough for now\n"}
}

test_readers_on_the_list_open_nothing if {
	every segments in [["books"], ["admin"], ["internal"]] {
		decision := authz.decision with input as request("GET", segments, {"x-reader": "mallory"})
			with data.bookstore.blocked_readers as {"mallory": true}
		decision == {
			"allowed": false,
			"http_status": 403,
			"rule": "reader_blocked",
			"reason": "mallory is not welcome",
			"body": "mallory is not welcome\n",
		}
	}
}

test_readers_beside_the_list_read_books if {
	every reader in ["ann", "Mallory", "mallory2", ""] {
		decision := authz.decision with input as request("GET", ["books"], {"x-reader": reader})
			with data.bookstore.blocked_readers as {"mallory": true}
		decision.rule == "books_public"
	}
}

test_denials_draw_on_nothing if {
	decision := authz.decision with input as request("GET", ["admin"], {"x-reader": "ann"})
	not decision.quotas
}

test_readers_do_not_change_books if {
	every method in ["POST", "PUT", "PATCH", "DELETE"] {
		decision := authz.decision with input as request(method, ["books", "1"], x_role("reader"))
		not decision.allowed
		decision.rule == "staff_only"
		decision.reason == concat("", ["readers cannot ", method, " /books"])
	}
}

test_readers_do_not_open_admin if {
	decision := authz.decision with input as request("GET", ["admin"], x_role("reader"))
	decision == {
		"allowed": false,
		"http_status": 403,
		"rule": "staff_only",
		"reason": "readers cannot open /admin",
		"body": "readers cannot open /admin\n",
	}
}

test_visitors_do_not_open_admin if {
	decision := authz.decision with input as request("GET", ["admin", "users"], {})
	not decision.allowed
	decision.reason == "visitors cannot open /admin"
}

test_librarians_open_admin if {
	decision := authz.decision with input as request("GET", ["admin"], x_role("librarian"))
	decision.allowed
	decision.rule == "admin_staff"
	decision.response_headers_to_add == {"x-policy-tier": "staff"}
}

test_roles_that_are_not_exactly_known_are_visitors if {
	every role in ["reader,librarian", "librarian,", "Librarian", " librarian", "", "root"] {
		decision := authz.decision with input as request("GET", ["admin"], x_role(role))
		not decision.allowed
		decision.reason == "visitors cannot open /admin"
	}
}

test_other_paths_are_denied_to_everybody if {
	every segments in [["internal"], ["Books"], ["book"], ["books "], [""], []] {
		every role in ["visitor", "reader", "librarian"] {
			decision := authz.decision with input as request("GET", segments, x_role(role))
			decision == nothing_allows
		}
	}
}

test_other_methods_are_denied_to_everybody if {
	every method in ["CONNECT", "OPTIONS", "TRACE", "get", ""] {
		decision := authz.decision with input as request(method, ["books"], x_role("librarian"))
		decision == nothing_allows
	}
}

test_a_request_without_path_is_denied if {
	decision := authz.decision with input as {"attributes": {"request": {"http": {"method": "CONNECT", "headers": {}}}}, "request": {}}
	decision == nothing_allows
}

test_an_empty_input_is_denied if {
	decision := authz.decision with input as {}
	decision == nothing_allows
}
