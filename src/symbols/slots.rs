//! Type slots: the fields of CPython's type structures in their order, and the names by which Python knows them.

/// A structure of slots: `PyTypeObject`, `PySequenceMethods`.
struct Structure {
    name: &'static str,
    fields: &'static [&'static str],
    /// How many elements of an initialiser come before the first field: the head of the object.
    head: usize,
}

const STRUCTURES: [Structure; 6] = [
    Structure {
        name: "PyTypeObject",
        head: 1,
        fields: &[
            "tp_name",
            "tp_basicsize",
            "tp_itemsize",
            "tp_dealloc",
            "tp_vectorcall_offset",
            "tp_getattr",
            "tp_setattr",
            "tp_as_async",
            "tp_repr",
            "tp_as_number",
            "tp_as_sequence",
            "tp_as_mapping",
            "tp_hash",
            "tp_call",
            "tp_str",
            "tp_getattro",
            "tp_setattro",
            "tp_as_buffer",
            "tp_flags",
            "tp_doc",
            "tp_traverse",
            "tp_clear",
            "tp_richcompare",
            "tp_weaklistoffset",
            "tp_iter",
            "tp_iternext",
            "tp_methods",
            "tp_members",
            "tp_getset",
            "tp_base",
            "tp_dict",
            "tp_descr_get",
            "tp_descr_set",
            "tp_dictoffset",
            "tp_init",
            "tp_alloc",
            "tp_new",
            "tp_free",
            "tp_is_gc",
            "tp_bases",
            "tp_mro",
            "tp_cache",
            "tp_subclasses",
            "tp_weaklist",
            "tp_del",
            "tp_version_tag",
            "tp_finalize",
            "tp_vectorcall",
        ],
    },
    Structure {
        name: "PySequenceMethods",
        head: 0,
        fields: &[
            "sq_length",
            "sq_concat",
            "sq_repeat",
            "sq_item",
            "was_sq_slice",
            "sq_ass_item",
            "was_sq_ass_slice",
            "sq_contains",
            "sq_inplace_concat",
            "sq_inplace_repeat",
        ],
    },
    Structure { name: "PyMappingMethods", head: 0, fields: &["mp_length", "mp_subscript", "mp_ass_subscript"] },
    Structure {
        name: "PyNumberMethods",
        head: 0,
        fields: &[
            "nb_add",
            "nb_subtract",
            "nb_multiply",
            "nb_remainder",
            "nb_divmod",
            "nb_power",
            "nb_negative",
            "nb_positive",
            "nb_absolute",
            "nb_bool",
            "nb_invert",
            "nb_lshift",
            "nb_rshift",
            "nb_and",
            "nb_xor",
            "nb_or",
            "nb_int",
            "nb_reserved",
            "nb_float",
            "nb_inplace_add",
            "nb_inplace_subtract",
            "nb_inplace_multiply",
            "nb_inplace_remainder",
            "nb_inplace_power",
            "nb_inplace_lshift",
            "nb_inplace_rshift",
            "nb_inplace_and",
            "nb_inplace_xor",
            "nb_inplace_or",
            "nb_floor_divide",
            "nb_true_divide",
            "nb_inplace_floor_divide",
            "nb_inplace_true_divide",
            "nb_index",
            "nb_matrix_multiply",
            "nb_inplace_matrix_multiply",
        ],
    },
    Structure { name: "PyAsyncMethods", head: 0, fields: &["am_await", "am_aiter", "am_anext", "am_send"] },
    Structure { name: "PyBufferProcs", head: 0, fields: &["bf_getbuffer", "bf_releasebuffer"] },
];

/// What Python calls the slots; several names can share a slot, and several slots a name.
const PYTHON_NAMES: [(&str, &[&str]); 66] = [
    ("tp_new", &["__new__"]),
    ("tp_init", &["__init__"]),
    ("tp_dealloc", &["__del__"]),
    ("tp_finalize", &["__del__"]),
    ("tp_repr", &["__repr__"]),
    ("tp_str", &["__str__"]),
    ("tp_hash", &["__hash__"]),
    ("tp_call", &["__call__"]),
    ("tp_getattr", &["__getattribute__", "__getattr__"]),
    ("tp_getattro", &["__getattribute__", "__getattr__"]),
    ("tp_setattr", &["__setattr__", "__delattr__"]),
    ("tp_setattro", &["__setattr__", "__delattr__"]),
    ("tp_richcompare", &["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]),
    ("tp_iter", &["__iter__"]),
    ("tp_iternext", &["__next__"]),
    ("tp_descr_get", &["__get__"]),
    ("tp_descr_set", &["__set__", "__delete__"]),
    ("tp_doc", &["__doc__"]),
    ("tp_base", &["__base__"]),
    ("sq_length", &["__len__"]),
    ("sq_concat", &["__add__"]),
    ("sq_repeat", &["__mul__", "__rmul__"]),
    ("sq_item", &["__getitem__"]),
    ("sq_ass_item", &["__setitem__", "__delitem__"]),
    ("sq_contains", &["__contains__"]),
    ("sq_inplace_concat", &["__iadd__"]),
    ("sq_inplace_repeat", &["__imul__"]),
    ("mp_length", &["__len__"]),
    ("mp_subscript", &["__getitem__"]),
    ("mp_ass_subscript", &["__setitem__", "__delitem__"]),
    ("nb_add", &["__add__", "__radd__"]),
    ("nb_subtract", &["__sub__", "__rsub__"]),
    ("nb_multiply", &["__mul__", "__rmul__"]),
    ("nb_remainder", &["__mod__", "__rmod__"]),
    ("nb_divmod", &["__divmod__", "__rdivmod__"]),
    ("nb_power", &["__pow__", "__rpow__"]),
    ("nb_negative", &["__neg__"]),
    ("nb_positive", &["__pos__"]),
    ("nb_absolute", &["__abs__"]),
    ("nb_bool", &["__bool__"]),
    ("nb_invert", &["__invert__"]),
    ("nb_lshift", &["__lshift__", "__rlshift__"]),
    ("nb_rshift", &["__rshift__", "__rrshift__"]),
    ("nb_and", &["__and__", "__rand__"]),
    ("nb_xor", &["__xor__", "__rxor__"]),
    ("nb_or", &["__or__", "__ror__"]),
    ("nb_int", &["__int__"]),
    ("nb_float", &["__float__"]),
    ("nb_index", &["__index__"]),
    ("nb_inplace_add", &["__iadd__"]),
    ("nb_inplace_subtract", &["__isub__"]),
    ("nb_inplace_multiply", &["__imul__"]),
    ("nb_inplace_remainder", &["__imod__"]),
    ("nb_inplace_power", &["__ipow__"]),
    ("nb_inplace_lshift", &["__ilshift__"]),
    ("nb_inplace_rshift", &["__irshift__"]),
    ("nb_inplace_and", &["__iand__"]),
    ("nb_inplace_xor", &["__ixor__"]),
    ("nb_inplace_or", &["__ior__"]),
    ("nb_floor_divide", &["__floordiv__", "__rfloordiv__"]),
    ("nb_true_divide", &["__truediv__", "__rtruediv__"]),
    ("nb_inplace_floor_divide", &["__ifloordiv__"]),
    ("nb_inplace_true_divide", &["__itruediv__"]),
    ("nb_matrix_multiply", &["__matmul__", "__rmatmul__"]),
    ("nb_inplace_matrix_multiply", &["__imatmul__"]),
    ("am_await", &["__await__"]),
];

/// The slot that an initialiser of this type gives at a position, counted with the head.
pub(super) fn at(structure: &str, position: usize) -> Option<&'static str> {
    let structure = STRUCTURES.iter().find(|known| known.name == structure)?;
    structure.fields.get(position.checked_sub(structure.head)?).copied()
}

pub(super) fn is_structure(name: &str) -> bool {
    STRUCTURES.iter().any(|known| known.name == name)
}

/// `tp_new`, `mp_subscript`: the name of a slot.
pub(super) fn is_slot(name: &str) -> bool {
    let prefixes = ["tp_", "sq_", "mp_", "nb_", "am_", "bf_"];
    prefixes.iter().any(|prefix| name.starts_with(prefix))
        && STRUCTURES.iter().any(|known| known.fields.contains(&name))
}

/// Whether it is a slot, or the name that Python has for one.
pub(super) fn is_any(name: &str) -> bool {
    is_slot(name.strip_prefix("Py_").unwrap_or(name)) || PYTHON_NAMES.iter().any(|(_, names)| names.contains(&name))
}

/// Whether the slot `tp_new`, or its row `Py_tp_new`, is what Python calls by that name.
pub fn is_called(slot: &str, name: &str) -> bool {
    let slot = slot.strip_prefix("Py_").unwrap_or(slot);
    slot == name.strip_prefix("Py_").unwrap_or(name) && is_slot(slot)
        || PYTHON_NAMES.iter().any(|(known, names)| *known == slot && names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_by_position_and_by_name() {
        assert_eq!(at("PyTypeObject", 0), None);
        assert_eq!(at("PyTypeObject", 1), Some("tp_name"));
        assert_eq!(at("PyTypeObject", 37), Some("tp_new"));
        assert_eq!(at("PyMappingMethods", 1), Some("mp_subscript"));
        assert_eq!(at("PyMappingMethods", 3), None);
        assert!(is_called("mp_subscript", "__getitem__") && is_called("Py_tp_new", "__new__"));
        assert!(is_called("Py_tp_new", "tp_new") && is_called("tp_new", "Py_tp_new"));
        assert!(!is_called("tp_new", "__init__") && !is_called("apply", "apply"));
    }

    #[test]
    fn every_slot_that_python_names_is_one() {
        for (slot, _) in PYTHON_NAMES {
            assert!(is_slot(slot), "{slot}");
        }
    }
}
