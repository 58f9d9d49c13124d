package org.gta4j.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Does what a template's statements say. */
final class Renderer {
  /** What a statement does to the loop around it. */
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  private final Budget budget;
  private final Evaluator evaluator;

  Renderer(Budget budget) {
    this.budget = budget;
    evaluator = new Evaluator(budget);
  }

  /** What a body writes. */
  String write(List<Node> body, Scope scope) {
    StringBuilder out = new StringBuilder();
    run(body, scope, out);
    return out.toString();
  }

  private Flow run(List<Node> body, Scope scope, StringBuilder out) {
    budget.enter();
    Flow flow = Flow.ON;
    for (int i = 0; i < body.size() && flow == Flow.ON; i++) {
      flow = run(body.get(i), scope, out);
    }
    budget.leave();
    return flow;
  }

  private Flow run(Node node, Scope scope, StringBuilder out) {
    budget.step();
    switch (node) {
      case Node.Data data -> add(data.text(), out);
      case Node.Output output ->
          add(Writer.text(evaluator.value(output.value(), scope), budget), out);
      case Node.If choice -> {
        for (Node.Branch branch : choice.branches()) {
          if (Values.isTrue(evaluator.value(branch.condition(), scope))) {
            return run(branch.body(), scope, out);
          }
        }
        return run(choice.otherwise(), scope, out);
      }
      case Node.For loop -> {
        return loop(loop, evaluator.value(loop.items(), scope), 0, scope, out);
      }
      case Node.Set set -> assign(set.target(), evaluator.value(set.value(), scope), scope);
      case Node.SetBlock set ->
          assign(set.target(), filtered(set.filters(), set.body(), scope), scope);
      case Node.Macro macro ->
          scope.set(macro.name(), macro(macro.name(), macro.parameters(), macro.body(), scope));
      case Node.CallBlock block -> callBlock(block, scope, out);
      case Node.FilterBlock block ->
          add(Writer.text(filtered(block.filters(), block.body(), scope), budget), out);
      case Node.With with -> {
        Scope inner = scope.inner();
        for (Node.Set name : with.names()) {
          assign(name.target(), evaluator.value(name.value(), scope), inner);
        }
        return run(with.body(), inner, out);
      }
      case Node.Block block -> {
        return run(block.body(), scope.inner(), out);
      }
      case Node.Jump jump -> {
        return jump.leaves() ? Flow.BREAK : Flow.CONTINUE;
      }
    }
    return Flow.ON;
  }

  private void add(String text, StringBuilder out) {
    budget.take(text.length());
    out.append(text);
  }

  private Object filtered(List<Expression.Filter> filters, List<Node> body, Scope scope) {
    Scope inner = scope.inner();
    Object value = write(body, inner);
    for (Expression.Filter filter : filters) {
      value = evaluator.filter(filter, value, inner);
    }
    return value;
  }

  private void assign(Node.Target target, Object value, Scope scope) {
    switch (target) {
      case Node.Target.Name name -> scope.set(name.name(), value);
      case Node.Target.Attribute attribute -> {
        if (!(scope.get(attribute.name()) instanceof Namespace namespace)) {
          throw new TemplateException(
              "%s.%s: only a namespace's attributes can be set"
                  .formatted(attribute.name(), attribute.attribute()));
        }
        namespace.values().put(attribute.attribute(), value);
      }
      case Node.Target.Several several -> {
        List<Object> items = Values.items(value, budget);
        if (items.size() != several.targets().size()) {
          throw new TemplateException(
              "expected %d values for as many names, found %d"
                  .formatted(several.targets().size(), items.size()));
        }
        for (int i = 0; i < items.size(); i++) {
          assign(several.targets().get(i), items.get(i), scope);
        }
      }
    }
  }

  private Flow loop(Node.For loop, Object of, int depth, Scope scope, StringBuilder out) {
    List<Object> items = Values.items(of, budget);
    if (loop.condition().isPresent()) {
      List<Object> chosen = new ArrayList<>();
      for (Object item : items) {
        Scope inner = scope.inner();
        assign(loop.target(), item, inner);
        if (Values.isTrue(evaluator.value(loop.condition().get(), inner))) {
          chosen.add(item);
        }
      }
      items = chosen;
    }
    Optional<Callable> again =
        loop.recursive()
            ? Optional.of(arguments -> {
              StringBuilder inner = new StringBuilder();
              loop(loop, arguments.required(0, "a list"), depth + 1, scope, inner);
              return inner.toString();
            })
            : Optional.empty();
    Loop state = new Loop(items, depth, again, budget);
    for (int i = 0; i < items.size(); i++) {
      state.moveTo(i);
      Scope inner = scope.inner();
      inner.set("loop", state);
      assign(loop.target(), items.get(i), inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
    }
    return items.isEmpty() ? run(loop.otherwise(), scope.inner(), out) : Flow.ON;
  }

  private Callable macro(
      String name, List<Node.Parameter> parameters, List<Node> body, Scope scope) {
    return arguments -> {
      Scope inner = scope.inner();
      List<Object> given = arguments.positional();
      Map<String, Object> keywords = new HashMap<>(arguments.keywords());
      for (int i = 0; i < parameters.size(); i++) {
        Node.Parameter parameter = parameters.get(i);
        Object keyword = keywords.remove(parameter.name());
        Object value;
        if (i < given.size()) {
          value = given.get(i);
        } else if (keyword != null) {
          value = keyword;
        } else if (parameter.absent().isPresent()) {
          value = evaluator.value(parameter.absent().get(), inner);
        } else {
          value = new Undefined("parameter '" + parameter.name() + "'");
        }
        inner.set(parameter.name(), value);
      }
      Object caller = keywords.remove("caller");
      inner.set("caller", caller == null ? new Undefined("'caller'") : caller);
      if (given.size() > parameters.size() || !keywords.isEmpty()) {
        throw new TemplateException(
            "macro %s: expected at most %d values by the names of its parameters, found others"
                .formatted(name, parameters.size()));
      }
      return write(body, inner);
    };
  }

  private void callBlock(Node.CallBlock block, Scope scope, StringBuilder out) {
    Expression.Call call = (Expression.Call) block.call();
    Arguments written = evaluator.arguments("call", call.arguments(), scope);
    Map<String, Object> keywords = new HashMap<>(written.keywords());
    keywords.put("caller", macro("caller", block.parameters(), block.body(), scope));
    Object result =
        evaluator.call(
            evaluator.value(call.function(), scope),
            new Arguments("call", written.positional(), keywords));
    add(Writer.text(result, budget), out);
  }
}
