package system.log_test

import data.system.log

test_masks_cards_only if {
	count(log.mask) == 1 with input as {"input": {"attributes": {"request": {"http": {"headers": {"x-card": "1"}}}}}}
	count(log.mask) == 0 with input as {"input": {"attributes": {"request": {"http": {"headers": {}}}}}}
}
