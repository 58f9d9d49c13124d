package org.gta4j.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes what expressions stand for. */
final class Evaluator {
  /** What a list takes beside its items, in characters. */
  private static final int LIST_SIZE = 16;

  private final Budget budget;
  private final Operators operators;
  private final Filters filters;
  private final Tests tests;
  private final Methods methods;

  Evaluator(Budget budget) {
    this.budget = budget;
    operators = new Operators(budget);
    tests = new Tests(budget, operators);
    filters = new Filters(budget, tests, this::attribute);
    methods = new Methods(budget);
  }

  Object value(Expression expression, Scope scope) {
    budget.enter();
    Object value = compute(expression, scope);
    budget.leave();
    return value;
  }

  private Object compute(Expression expression, Scope scope) {
    return switch (expression) {
      case Expression.Literal literal -> literal.value();
      case Expression.Name name -> scope.get(name.name());
      case Expression.ListOf list -> values(list.items(), scope);
      case Expression.TupleOf tuple -> new Tuple(values(tuple.items(), scope));
      case Expression.MapOf map -> {
        Map<Object, Object> result = new LinkedHashMap<>();
        budget.take(LIST_SIZE * (1L + map.pairs().size()));
        for (Expression.Pair pair : map.pairs()) {
          result.put(Values.key(value(pair.key(), scope)), value(pair.value(), scope));
        }
        yield result;
      }
      case Expression.Unary unary ->
          operators.unary(unary.operator(), value(unary.operand(), scope));
      case Expression.Binary binary -> binary(binary, scope);
      case Expression.Comparison comparison -> comparison(comparison, scope);
      case Expression.Conditional conditional -> {
        if (Values.isTrue(value(conditional.condition(), scope))) {
          yield value(conditional.then(), scope);
        }
        yield conditional.otherwise().isPresent()
            ? value(conditional.otherwise().get(), scope)
            : new Undefined("a value without else");
      }
      case Expression.Attribute attribute ->
          attribute(value(attribute.object(), scope), attribute.name());
      case Expression.Item item -> item(value(item.object(), scope), value(item.key(), scope));
      case Expression.Slice slice ->
          operators.slice(
              value(slice.object(), scope),
              bound(slice.begin(), scope),
              bound(slice.end(), scope),
              bound(slice.step(), scope));
      case Expression.Call call -> call(call, scope);
      case Expression.Filter filter -> filter(filter, value(filter.value(), scope), scope);
      case Expression.Test test ->
          located(
              test.line(),
              () ->
                  tests.test(
                      test.name(),
                      value(test.value(), scope),
                      arguments(test.name(), test.arguments(), scope)));
    };
  }

  private List<Object> values(List<Expression> expressions, Scope scope) {
    budget.take(LIST_SIZE + (long) expressions.size());
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(value(expression, scope));
    }
    return values;
  }

  private Object bound(Optional<Expression> bound, Scope scope) {
    return bound.isPresent() ? value(bound.get(), scope) : None.NONE;
  }

  private Object binary(Expression.Binary binary, Scope scope) {
    Object left = value(binary.left(), scope);
    return switch (binary.operator()) {
      case "and" -> Values.isTrue(left) ? value(binary.right(), scope) : left;
      case "or" -> Values.isTrue(left) ? left : value(binary.right(), scope);
      default -> operators.binary(binary.operator(), left, value(binary.right(), scope));
    };
  }

  private Object comparison(Expression.Comparison comparison, Scope scope) {
    Object left = value(comparison.first(), scope);
    for (Expression.Link link : comparison.links()) {
      Object right = value(link.right(), scope);
      if (!operators.compare(link.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  /** {@code filter} applied to a value. */
  Object filter(Expression.Filter filter, Object value, Scope scope) {
    return located(
        filter.line(),
        () ->
            filters.apply(
                filter.name(), value, arguments(filter.name(), filter.arguments(), scope)));
  }

  /** Says in which line something is wrong, once. */
  private static Object located(int line, java.util.function.Supplier<Object> work) {
    try {
      return work.get();
    } catch (TemplateException e) {
      String message = String.valueOf(e.getMessage());
      if (e.isRaised() || message.startsWith("line ")) {
        throw e;
      }
      throw new TemplateException("line %d: %s".formatted(line, message));
    }
  }

  private Object call(Expression.Call call, Scope scope) {
    Object function = value(call.function(), scope);
    return call(function, arguments(nameOf(call.function()), call.arguments(), scope));
  }

  /** Calls a function. */
  Object call(Object function, Arguments arguments) {
    return switch (function) {
      case Callable callable -> callable.call(arguments);
      case Loop loop when loop.again().isPresent() -> loop.again().get().call(arguments);
      case Undefined undefined -> throw undefined.mistake();
      default ->
          throw new TemplateException(
              "%s: expected a function, found %s"
                  .formatted(arguments.called(), Values.kind(function)));
    };
  }

  private static String nameOf(Expression function) {
    return switch (function) {
      case Expression.Name name -> name.name();
      case Expression.Attribute attribute -> attribute.name();
      default -> "call";
    };
  }

  /** The arguments of a call. */
  Arguments arguments(String called, Expression.CallArguments written, Scope scope) {
    Map<String, Object> keywords = new LinkedHashMap<>();
    List<Object> positional = values(written.positional(), scope);
    for (Expression.Keyword keyword : written.keywords()) {
      keywords.put(keyword.name(), value(keyword.value(), scope));
    }
    return new Arguments(called, positional, keywords);
  }

  /** {@code object.name}: a method or what the object is made of, then an item. */
  Object attribute(Object object, String name) {
    return switch (object) {
      case Undefined undefined -> throw undefined.mistake();
      case Loop loop -> loop.attribute(name);
      case Namespace namespace -> found(namespace.values(), name);
      case Map<?, ?> map -> {
        Optional<Callable> method = methods.ofMap(map, name);
        yield method.isPresent() ? method.get() : found(map, name);
      }
      case String text -> method(methods.ofText(text, name), name);
      case List<?> list -> method(methods.ofList(list, name), name);
      default -> new Undefined("'" + name + "'");
    };
  }

  private static Object method(Optional<Callable> method, String name) {
    return method.isPresent() ? method.get() : new Undefined("'" + name + "'");
  }

  private static Object found(Map<?, ?> map, Object key) {
    Object value = map.get(Values.key(key));
    return value == null ? new Undefined(Values.kind(key)) : value;
  }

  private Object item(Object object, Object key) {
    return switch (object) {
      case Undefined undefined -> throw undefined.mistake();
      case Map<?, ?> map -> {
        Object value = map.get(Values.key(key));
        yield value != null
            ? value
            : key instanceof String name ? attribute(map, name) : found(map, key);
      }
      case List<?> list when key instanceof Long index -> {
        long at = index < 0 ? index + list.size() : index;
        yield at >= 0 && at < list.size() ? list.get((int) at) : new Undefined("item " + index);
      }
      case String text when key instanceof Long index -> {
        int characters = text.codePointCount(0, text.length());
        budget.take(text.length() / 64);
        budget.read(text.length());
        long at = index < 0 ? index + characters : index;
        yield at >= 0 && at < characters
            ? Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at)))
            : new Undefined("item " + index);
      }
      default ->
          key instanceof String name ? attribute(object, name) : new Undefined(Values.kind(key));
    };
  }
}
