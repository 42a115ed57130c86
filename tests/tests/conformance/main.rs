//! One suite for both stores and both buses: whatever holds on SQLite holds on PostgreSQL, and whatever holds inside one
//! process holds over Redis Streams. Every test runs against each of them, on real servers.

mod bus_delivery;
mod bus_ground;
mod bus_recorder;
mod bus_redis;
mod bus_relay;
mod sample;
mod schema;
mod store_accounts;
mod store_audit;
mod store_cards;
mod store_columns;
mod store_events;
mod store_ground;
mod store_messages;
mod store_people;
mod store_places;
mod store_search;
mod store_secrecy;
mod store_timers;
mod store_transactions;
