//! From the tables to the owner's other systems: what is stored is told, whatever fails on the way.

mod chain;
mod crashes;
mod refused;
