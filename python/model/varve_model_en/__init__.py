"""The files of the model lie beside this one; `varve.builtin()` reads them."""
