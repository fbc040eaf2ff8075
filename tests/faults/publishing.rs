//! Publishing from the tables to other systems of the operator. Every stored event is published, whatever fails.

mod chain;
mod crashes;
mod refused;
