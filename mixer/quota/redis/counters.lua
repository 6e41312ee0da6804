-- counter.ts, times.ts, lease-policy.ts and operate.ts once more, for Redis and Valkey: the same sums in the same order, so
-- that both stores count alike. test/mixer/quota/redis holds the two against each other. Before this stands clock.lua,
-- which defines `now` and `keep`.
--
-- KEYS[1]   the answer's key; KEYS[2..] the counters, each once
-- ARGV[1]   how long an answer is remembered, in ms; 0: there is nothing to remember
-- ARGV[2]   operations as JSON (script.ts)
-- ARGV[3]   constants: lease share, longest lease, pools, steps, longest wait

local remember = tonumber(ARGV[1])
if remember > 0 then
	local answered = redis.call('GET', KEYS[1])
	if answered then
		local known = cmsgpack.unpack(answered)
		known[2][1] = 1
		known[2][2] = math.max(0, now - known[1])
		return known[2]
	end
end

local constants = cjson.decode(ARGV[3])
local LEASE_SHARE, MAX_LEASE_MS, MAX_POOLS, STEPS = constants[1], constants[2], constants[3], constants[4]
local MAX_WAIT_MS = constants[5]
local OK, DENIED, WITHHELD, STALE = 0, 1, 2, 3
local FIXED, ROLLING, GCRA = 0, 1, 2
local CHARGE, LEASE, SETTLE, RETURN, READ = 0, 1, 2, 3, 4

local function step_ms(rule)
	return math.ceil(rule.window / STEPS)
end

local function drops_at(step, rule)
	return (step + 1) * step_ms(rule) - 1 + rule.window
end

local function drop_steps(steps, rule, time)
	local length, over = step_ms(rule), 0
	while over < #steps and (steps[over + 1] + 1) * length - 1 <= time - rule.window do
		over = over + 2
	end
	if over == 0 then
		return steps
	end
	local rest = {}
	for i = over + 1, #steps do
		rest[#rest + 1] = steps[i]
	end
	return rest
end

local function leased_of(counter)
	local sum = 0
	for _, lease in ipairs(counter.leases) do
		sum = sum + lease.out
	end
	return sum
end

local function advance(counter, rule)
	local time, window = math.max(now, counter.at), rule.window
	if rule.algorithm == FIXED and math.floor(time / window) ~= math.floor(counter.at / window) then
		counter.used = 0
	end
	if rule.algorithm == GCRA then
		counter.used = math.max(0, counter.used - (time - counter.at) * rule.limit)
	end
	if rule.algorithm == ROLLING then
		counter.steps = drop_steps(counter.steps, rule, time)
	end
	counter.at = time
	local stranded, alive = 0, {}
	for _, lease in ipairs(counter.leases) do
		if lease.expires <= time then
			stranded = stranded + lease.out
		else
			alive[#alive + 1] = lease
		end
	end
	counter.leases = alive
	return stranded
end

local function used_of(counter, rule)
	if rule.algorithm == FIXED then
		return counter.used
	end
	if rule.algorithm == GCRA then
		return math.ceil(counter.used / rule.window)
	end
	local sum = 0
	for i = 2, #counter.steps, 2 do
		sum = sum + counter.steps[i]
	end
	return sum
end

local function left_of(counter, rule)
	return rule.capacity - used_of(counter, rule)
end

local function debit(counter, rule, amount)
	if amount <= 0 then
		return
	end
	if rule.algorithm == FIXED then
		counter.used = counter.used + amount
	elseif rule.algorithm == GCRA then
		counter.used = counter.used + amount * rule.window
	else
		local steps, step = counter.steps, math.floor(counter.at / step_ms(rule))
		if steps[#steps - 1] == step then
			steps[#steps] = steps[#steps] + amount
		else
			steps[#steps + 1] = step
			steps[#steps + 1] = amount
		end
	end
end

local function credit(counter, rule, amount)
	if rule.algorithm == FIXED then
		counter.used = math.max(0, counter.used - amount)
	elseif rule.algorithm == GCRA then
		counter.used = math.max(0, counter.used - amount * rule.window)
	else
		local rest, kept = amount, {}
		for i = 1, #counter.steps, 2 do
			local charged = counter.steps[i + 1]
			local taken = math.min(charged, rest)
			rest = rest - taken
			if charged > taken then
				kept[#kept + 1] = counter.steps[i]
				kept[#kept + 1] = charged - taken
			end
		end
		counter.steps = kept
	end
end

local function charge_valid(counter, rule)
	if rule.algorithm == FIXED then
		return rule.window - counter.at % rule.window
	end
	return rule.window
end

local function lease_valid(counter, rule)
	return math.min(MAX_LEASE_MS, charge_valid(counter, rule))
end

local function reset_ms(counter, rule)
	if rule.algorithm == FIXED then
		return counter.used > 0 and rule.window - counter.at % rule.window or 0
	end
	if rule.algorithm == GCRA then
		return math.min(MAX_WAIT_MS, math.ceil(counter.used / rule.limit))
	end
	local steps = counter.steps
	return #steps == 0 and 0 or drops_at(steps[#steps - 1], rule) - counter.at
end

local function retry_after(counter, rule, amount)
	local missing = amount - left_of(counter, rule)
	if missing <= 0 or amount > rule.capacity then
		return 0
	end
	if rule.algorithm == FIXED then
		return rule.window - counter.at % rule.window
	end
	if rule.algorithm == GCRA then
		local over = counter.used - (rule.capacity - amount) * rule.window
		return math.min(MAX_WAIT_MS, math.ceil(over / rule.limit))
	end
	local freed = 0
	for i = 1, #counter.steps, 2 do
		freed = freed + counter.steps[i + 1]
		if freed >= missing then
			return drops_at(counter.steps[i], rule) - counter.at
		end
	end
	return 0
end

local function keep_ms(counter, rule)
	local longest = reset_ms(counter, rule)
	for _, lease in ipairs(counter.leases) do
		longest = math.max(longest, lease.expires - counter.at)
	end
	return longest
end

local function leasable(counter, rule, minimum, known)
	if not known and #counter.leases >= MAX_POOLS then
		return 0
	end
	local room = math.floor(rule.capacity / LEASE_SHARE) - leased_of(counter)
	local spare = math.floor((left_of(counter, rule) - minimum) / 2)
	return math.max(0, math.min(math.ceil(room / 2), spare))
end

local function find(counter, pool)
	for index, lease in ipairs(counter.leases) do
		if lease.pool == pool then
			return lease, index
		end
	end
end

local function keep_lease(counter, lease)
	local _, index = find(counter, lease.pool)
	if index then
		table.remove(counter.leases, index)
	end
	if lease.out > 0 then
		table.insert(counter.leases, lease)
	end
end

local function is_counted(op, counter)
	local window = op.rule.window
	if op.rule.algorithm == FIXED then
		return math.floor(op.charged_at / window) == math.floor(counter.at / window)
	end
	return op.charged_at > counter.at - window
end

local function settle(op, counter)
	if op.amount > op.reserved then
		debit(counter, op.rule, op.amount - op.reserved)
	elseif is_counted(op, counter) then
		credit(counter, op.rule, op.reserved - op.amount)
	end
	return { status = OK }
end

local function take_back(op, counter)
	local lease = find(counter, op.pool)
	if not lease then
		return { status = OK, forfeited = op.held }
	end
	if op.sequence <= lease.sequence then
		return { status = STALE }
	end
	local returned = math.min(op.amount, lease.out)
	local out = math.min(op.held, lease.out - returned)
	credit(counter, op.rule, returned)
	keep_lease(counter, { pool = op.pool, sequence = op.sequence, out = out, expires = lease.expires })
	return { status = OK, granted = returned, forfeited = op.held - out }
end

local function fits(op, counter)
	local left = left_of(counter, op.rule)
	if op.kind == CHARGE then
		if op.best_effort then
			return left > 0
		end
		return left >= math.max(1, op.amount)
	end
	return op.minimum == 0 or left >= op.minimum
end

local function is_binding(op)
	if op.kind == CHARGE then
		return op.binds and not op.best_effort
	end
	return op.kind == LEASE and op.binds and op.minimum > 0
end

local function charge(op, counter, denied)
	if not fits(op, counter) then
		return { status = DENIED, wanted = math.max(1, op.amount) }
	end
	if denied then
		return { status = WITHHELD }
	end
	local granted = math.min(op.amount, left_of(counter, op.rule))
	debit(counter, op.rule, granted)
	return { status = OK, granted = granted, valid = charge_valid(counter, op.rule) }
end

local function take_lease(op, counter, denied)
	local rule, known = op.rule, find(counter, op.pool)
	if known and op.sequence <= known.sequence then
		return { status = STALE }
	end
	local held = math.min(op.held, known and known.out or 0)
	local forfeited = op.held - held
	if known then
		keep_lease(counter, { pool = op.pool, sequence = op.sequence, out = held, expires = known.expires })
	end
	if not fits(op, counter) then
		return { status = DENIED, wanted = op.minimum, forfeited = forfeited }
	end
	if denied and op.minimum > 0 then
		return { status = WITHHELD, forfeited = forfeited }
	end
	local room = leasable(counter, rule, op.minimum, known)
	local beyond = math.min(op.amount - op.minimum, room)
	debit(counter, rule, op.minimum + beyond)
	local valid = lease_valid(counter, rule)
	keep_lease(counter, { pool = op.pool, sequence = op.sequence, out = held + beyond, expires = counter.at + valid })
	return {
		status = OK,
		granted = op.minimum + beyond,
		valid = valid,
		one_by_one = (op.amount > op.minimum and room == 0) and 1 or 0,
		forfeited = forfeited,
	}
end

local function read_counter(key)
	local packed = redis.call('GET', key)
	if not packed then
		return { at = now, used = 0, steps = {}, leases = {} }
	end
	local flat = cmsgpack.unpack(packed)
	local leases = {}
	for i = 1, #flat[4], 4 do
		local list = flat[4]
		leases[#leases + 1] = { pool = list[i], sequence = list[i + 1], out = list[i + 2], expires = list[i + 3] }
	end
	return { at = flat[1], used = flat[2], steps = flat[3], leases = leases, exists = true }
end

local function write_counter(key, counter, rule)
	local ms = keep_ms(counter, rule)
	if ms > 0 then
		local leases = {}
		for _, lease in ipairs(counter.leases) do
			for _, field in ipairs({ lease.pool, lease.sequence, lease.out, lease.expires }) do
				leases[#leases + 1] = field
			end
		end
		keep(key, cmsgpack.pack({ counter.at, counter.used, counter.steps, leases }), ms)
	elseif counter.exists then
		redis.call('DEL', key)
	end
end

local steps, counters, denied = {}, {}, false
for index, list in ipairs(cjson.decode(ARGV[2])) do
	local rule = { algorithm = list[3], limit = list[4], capacity = list[5], window = list[6] }
	local op = { kind = list[1], key = KEYS[list[2] + 1], rule = rule, amount = list[7] }
	if op.kind == CHARGE then
		op.best_effort, op.binds = list[8] == 1, list[9] == 1
	elseif op.kind == LEASE then
		op.minimum, op.binds, op.pool, op.sequence, op.held = list[8], list[9] == 1, list[10], list[11], list[12]
	elseif op.kind == SETTLE then
		op.reserved, op.charged_at = list[8], list[9]
	elseif op.kind == RETURN then
		op.pool, op.sequence, op.held = list[8], list[9], list[10]
	end
	local counter = counters[op.key] or read_counter(op.key)
	counters[op.key] = counter
	steps[index] = { op = op, counter = counter, stranded = advance(counter, rule) }
end
for _, step in ipairs(steps) do
	step.leased_before = leased_of(step.counter)
	if step.op.kind == SETTLE then
		step.done = settle(step.op, step.counter)
	elseif step.op.kind == RETURN then
		step.done = take_back(step.op, step.counter)
	elseif step.op.kind == READ then
		step.done = { status = OK }
	end
end
for _, step in ipairs(steps) do
	denied = denied or (is_binding(step.op) and not fits(step.op, step.counter))
end

local reply = { 0, 0 }
local function add(value)
	reply[#reply + 1] = value
end
for _, step in ipairs(steps) do
	local op, counter, rule, done = step.op, step.counter, step.op.rule, step.done
	if not done then
		step.leased_before = leased_of(counter)
		done = op.kind == CHARGE and charge(op, counter, denied) or op.kind == LEASE and take_lease(op, counter, denied)
	end
	local leased = leased_of(counter)
	add(done.status)
	add(done.granted or 0)
	add(done.valid or 0)
	add(left_of(counter, rule))
	add(reset_ms(counter, rule))
	add(done.status == DENIED and retry_after(counter, rule, done.wanted) or 0)
	add(counter.at)
	add(done.one_by_one or 0)
	add(done.forfeited or 0)
	add(used_of(counter, rule))
	add(leased)
	add(leased - step.leased_before)
	add(step.stranded)
end
if remember > 0 then
	for _, step in ipairs(steps) do
		write_counter(step.op.key, step.counter, step.op.rule)
	end
	keep(KEYS[1], cmsgpack.pack({ now, reply }), remember)
end
return reply
