"""What `Function` does, said again in Python for a tracer that cannot look into C++."""


class FunctionVariable:
    def __init__(self, cls):
        self.cls = cls
        self.inputs = ()
        self.saved = None

    def call_apply(self, tracer, args):
        self.inputs = args
        with tracer.no_grad():
            output = tracer.call(self.cls.forward, (self, *args))
        return tracer.wrap_outputs(self, output)

    def call_save_for_backward(self, tracer, tensors):
        if self.saved is not None:
            raise RuntimeError("save_for_backward was called before")
        self.saved = tuple(tensors)

    def method_attr_needs_input_grad(self, tracer):
        return tuple(tracer.requires_grad(value) for value in self.inputs)
