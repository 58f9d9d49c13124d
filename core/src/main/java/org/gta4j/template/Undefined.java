package org.gta4j.template;

/**
 * What a name, an attribute or an item is that is not there: nothing as a text, false as a
 * condition, a mistake in anything else.
 *
 * @param what what is not there
 */
record Undefined(String what) {
  TemplateException mistake() {
    return new TemplateException(what + " is not defined");
  }
}
