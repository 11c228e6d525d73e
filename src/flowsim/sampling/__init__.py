"""Who comes and what their luck is: keyed uniforms, arrivals, attributes and named draws."""
