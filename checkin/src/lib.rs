//! Venues, posters, check-ins and exposure matching.
