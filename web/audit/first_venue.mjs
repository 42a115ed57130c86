// The code of a venue of the demo: `node first_venue.mjs URL`.
const url = process.argv[2];
const json = { "Content-Type": "application/json" };
const login = await fetch(`${url}/api/v1/auth/login`, { method: "POST", headers: json, body: JSON.stringify({ username: "venue", password: "demo" }) });
const { token } = await login.json();
const venues = await fetch(`${url}/api/v1/checkin/venues`, { headers: { Authorization: `Bearer ${token}` } });
console.log((await venues.json()).items[0].code);
