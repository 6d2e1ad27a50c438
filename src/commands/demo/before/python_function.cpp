// `Function` as Python sees it: the base class of functions with a backward of their own.
#include "csrc/python_function.h"

static PyObject* Function_apply(PyObject* cls, PyObject* inputs) {
  HANDLE_TH_ERRORS
  THPObjectPtr ctx(PyObject_CallNoArgs(cls));
  if (!ctx) {
    throw python_error();
  }
  THPObjectPtr forward(PyObject_GetAttrString(cls, "forward"));
  if (!forward) {
    throw python_error();
  }
  THPObjectPtr arguments(with_context(ctx.get(), inputs));
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
  Py_INCREF(tensors);
  Py_XSETREF(self->saved, tensors);
  Py_RETURN_NONE;
  END_HANDLE_TH_ERRORS
}

static PyObject* Function_needs_input_grad(Function* self, void* unused) {
  HANDLE_TH_ERRORS
  const auto size = self->is_variable_input.size();
  THPObjectPtr result(PyTuple_New(size));
  if (!result) throw python_error();
  for (size_t i = 0; i < size; i++) {
    PyTuple_SET_ITEM(result.get(), i, PyBool_FromLong(self->is_variable_input[i]));
  }
  return result.release();
  END_HANDLE_TH_ERRORS
}

static PyMethodDef Function_methods[] = {
    {"apply", Function_apply, METH_CLASS | METH_VARARGS, nullptr},
    {"save_for_backward", (PyCFunction)Function_save_for_backward, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr}};

static PyGetSetDef Function_properties[] = {
    {"needs_input_grad", (getter)Function_needs_input_grad, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};
