-- The server's own clock, in whole milliseconds since 1970, and how long a key lives by it.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function keep(key, value, ms)
	redis.call('SET', key, value, 'PX', ms)
end

