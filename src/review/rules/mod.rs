//! The rules, a file each. This one is made from the names of the others: `UPDATE=1 cargo test` writes it.

mod cost_key_in_loop;
mod cost_nested_search;
mod err_abort;
mod err_exception_escapes;
mod err_ignored_status;
mod err_pending;
mod err_swallowed;
mod err_tristate;
mod gil_callback;
mod gil_dropped;
mod gil_dtor;
mod gil_exception;
mod gil_nogil_api;
mod null_memory;
mod null_slot_value;
mod null_unchecked;
mod own_addobject_errpath;
mod own_borrow_of_new;
mod own_borrowed_across_call;
mod own_discarded_new;
mod own_extra_incref;
mod own_leak_errpath;
mod own_leak_local;
mod own_leak_outparam;
mod own_leak_overwritten;
mod own_leak_temp;
mod own_raw_owner;
mod own_return_borrowed;
mod own_steal_of_borrowed;
mod own_steals_borrowed;
mod own_store_borrowed;
mod own_uaf_derived;
mod type_unchecked_cast;

use super::checks::{Check, Subject, Violation};

/// Every rule, in the order in which the page lists them.
pub static CHECKS: &[&Check] = &[
    &cost_key_in_loop::CHECK,
    &cost_nested_search::CHECK,
    &err_abort::CHECK,
    &err_exception_escapes::CHECK,
    &err_ignored_status::CHECK,
    &err_pending::CHECK,
    &err_swallowed::CHECK,
    &err_tristate::CHECK,
    &gil_callback::CHECK,
    &gil_dropped::CHECK,
    &gil_dtor::CHECK,
    &gil_exception::CHECK,
    &gil_nogil_api::CHECK,
    &null_memory::CHECK,
    &null_slot_value::CHECK,
    &null_unchecked::CHECK,
    &own_addobject_errpath::CHECK,
    &own_borrow_of_new::CHECK,
    &own_borrowed_across_call::CHECK,
    &own_discarded_new::CHECK,
    &own_extra_incref::CHECK,
    &own_leak_errpath::CHECK,
    &own_leak_local::CHECK,
    &own_leak_outparam::CHECK,
    &own_leak_overwritten::CHECK,
    &own_leak_temp::CHECK,
    &own_raw_owner::CHECK,
    &own_return_borrowed::CHECK,
    &own_steal_of_borrowed::CHECK,
    &own_steals_borrowed::CHECK,
    &own_store_borrowed::CHECK,
    &own_uaf_derived::CHECK,
    &type_unchecked_cast::CHECK,
];
