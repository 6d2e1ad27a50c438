// `Function` as Python sees it: the base class of functions with a backward of their own.
#include "csrc/python_function.h"

// Without keyword arguments the inputs stay as they are; otherwise the class puts them in order.
static PyObject* merged_inputs(PyObject* cls, PyObject* inputs, PyObject* kwargs) {
  if (!kwargs || PyDict_Size(kwargs) == 0) {
    Py_INCREF(inputs);
    return inputs;
  }
  PyObject* bind = PyObject_GetAttrString(cls, "bind_inputs");
  return PyObject_Call(bind, inputs, kwargs);
}

static PyObject* Function_apply(PyObject* cls, PyObject* inputs, PyObject* kwargs) {
  HANDLE_TH_ERRORS
  THPObjectPtr merged{merged_inputs(cls, inputs, kwargs)};
  if (!merged) {
    throw python_error();
  }
  THPObjectPtr ctx(PyObject_CallNoArgs(cls));
  if (!ctx) {
    throw python_error();
  }
  THPObjectPtr forward(PyObject_GetAttrString(cls, "forward"));
  if (!forward) {
    throw python_error();
  }
  THPObjectPtr arguments(with_context(ctx.get(), merged.get()));
  AutoGradMode grad_mode(false);
  THPObjectPtr output(PyObject_CallObject(forward.get(), arguments.get()));
  if (!output) {
    throw python_error();
  }
  return wrap_outputs(ctx.get(), output.get());
  END_HANDLE_TH_ERRORS
}

static PyObject* Function_save_for_backward(Function* self, PyObject* tensors) {
  HANDLE_TH_ERRORS
  if (self->saved) {
    throw std::runtime_error("save_for_backward was called before");
  }
  Py_INCREF(tensors);
  self->saved = tensors;
  Py_RETURN_NONE;
  END_HANDLE_TH_ERRORS
}

static PyObject* Function_needs_input_grad(Function* self, void* unused) {
  HANDLE_TH_ERRORS
  // One entry for each input, whether it is a tensor or not.
  const auto count = self->is_variable_input.size();
  THPObjectPtr flags(PyTuple_New(count));
  if (!flags) {
    throw python_error();
  }
  for (size_t i = 0; i < count; i++) {
    PyTuple_SET_ITEM(
        flags.get(), i, PyBool_FromLong(self->is_variable_input[i]));
  }
  return flags.release();
  END_HANDLE_TH_ERRORS
}

static PyMethodDef Function_methods[] = {
    {"apply", castPyCFunctionWithKeywords(Function_apply), METH_CLASS | METH_VARARGS | METH_KEYWORDS, nullptr},
    {"save_for_backward", (PyCFunction)Function_save_for_backward, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr}};

static PyGetSetDef Function_properties[] = {
    {"needs_input_grad", (getter)Function_needs_input_grad, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};
