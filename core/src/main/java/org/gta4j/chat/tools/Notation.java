package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.chat.tools.CallShape.JsonValue;
import org.gta4j.chat.tools.CallShape.Literal;
import org.gta4j.chat.tools.CallShape.Marker;
import org.gta4j.chat.tools.CallShape.Part;
import org.gta4j.chat.tools.CallShape.Perhaps;
import org.gta4j.chat.tools.CallShape.TextBefore;

/** How calls are written: what to look for in an answer, how to read on, and how to write one. */
sealed interface Notation {
  /** What calls begin with; what stands before it is no call. */
  List<String> openers();

  /** All marks that a tokenizer may have as control tokens. */
  List<String> marks();

  /** Reads calls from behind an opener. */
  CallReader reader(String opener, CallSink sink, List<ToolFunction> functions);

  /** Reads calls that begin an answer without any mark, where there are such. */
  default Optional<CallReader> bare(CallSink sink) {
    return Optional.empty();
  }

  /** How a function's calls are written. */
  CallShape shape(ToolFunction function);

  /** Parts of one call as a JSON object. */
  private static List<Part> object(ToolFunction function, String key) {
    return List.of(
        new Literal("{\"name\": %s, \"%s\": ".formatted(XmlValue.quote(function.name()), key)),
        new JsonValue(function.parameters()),
        new Literal("}"));
  }

  private static List<Part> join(List<? extends Part> first, List<? extends Part> then) {
    List<Part> all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }

  private static List<Part> text(String text) {
    return text.isEmpty() ? List.of() : List.of(new Literal(text));
  }

  /** A JSON object between two tags, on a line of its own; several such blocks. */
  record Tagged(String tag, String endTag) implements Notation {
    @Override
    public List<String> openers() {
      return List.of(tag);
    }

    @Override
    public List<String> marks() {
      return List.of(tag, endTag);
    }

    @Override
    public CallReader reader(String opener, CallSink sink, List<ToolFunction> functions) {
      return JsonCalls.marked(sink, Optional.of(endTag));
    }

    @Override
    public CallShape shape(ToolFunction function) {
      List<Part> begin = List.of(new Marker(tag), new Literal("\n"));
      List<Part> end = List.of(new Literal("\n"), new Marker(endTag));
      return new CallShape(
          List.of(),
          join(join(begin, object(function, "arguments")), end),
          text("\n"),
          List.of(),
          true);
    }
  }

  /** A list of JSON objects behind a mark, or one object; perhaps a mark behind it. */
  record MarkedList(String mark, String endMark) implements Notation {
    @Override
    public List<String> openers() {
      return List.of(mark);
    }

    @Override
    public List<String> marks() {
      return endMark.isEmpty() ? List.of(mark) : List.of(mark, endMark);
    }

    @Override
    public CallReader reader(String opener, CallSink sink, List<ToolFunction> functions) {
      return JsonCalls.marked(sink, Optional.of(endMark).filter(text -> !text.isEmpty()));
    }

    @Override
    public CallShape shape(ToolFunction function) {
      List<Part> call = object(function, "arguments");
      if (endMark.isEmpty()) {
        return new CallShape(
            List.of(new Marker(mark), new Literal("[")), call, text(", "), text("]"), true);
      }
      List<Part> marked = join(join(List.of(new Marker(mark)), call), List.of(new Marker(endMark)));
      return new CallShape(List.of(), marked, List.of(), List.of(), true);
    }
  }

  /** Nothing but a JSON object with {@code parameters}, or one behind a mark. */
  record Bare(String mark) implements Notation {
    @Override
    public List<String> openers() {
      return List.of(mark);
    }

    @Override
    public List<String> marks() {
      return List.of(mark);
    }

    @Override
    public CallReader reader(String opener, CallSink sink, List<ToolFunction> functions) {
      return JsonCalls.bare(sink);
    }

    @Override
    public Optional<CallReader> bare(CallSink sink) {
      return Optional.of(JsonCalls.bare(sink));
    }

    @Override
    public CallShape shape(ToolFunction function) {
      return new CallShape(List.of(), object(function, "parameters"), List.of(), List.of(), false);
    }
  }

  /** Mistral's two, of which a template writes one. */
  record Mistral(boolean isNamed) implements Notation {
    @Override
    public List<String> openers() {
      return List.of(MistralCalls.CALLS);
    }

    @Override
    public List<String> marks() {
      return List.of(MistralCalls.CALLS, MistralCalls.ARGUMENTS, MistralCalls.ID);
    }

    @Override
    public CallReader reader(String opener, CallSink sink, List<ToolFunction> functions) {
      return new MistralCalls(sink);
    }

    @Override
    public CallShape shape(ToolFunction function) {
      Marker calls = new Marker(MistralCalls.CALLS);
      if (!isNamed) {
        return new CallShape(
            List.of(calls, new Literal("[")),
            object(function, "arguments"),
            text(", "),
            text("]"),
            true);
      }
      List<Part> call =
          List.of(
              calls,
              new Literal(function.name()),
              new Marker(MistralCalls.ARGUMENTS),
              new JsonValue(function.parameters()));
      return new CallShape(List.of(), call, List.of(), List.of(), true);
    }
  }

  /**
   * A name and a JSON object between marks.
   *
   * @param beforeName what is written before the name
   * @param behindName what is written between the name's mark and the arguments, with the name for
   *     {@code %s}
   * @param behindArguments what is written behind them
   */
  record Named(NamedCalls.Marks of, String beforeName, String behindName, String behindArguments)
      implements Notation {

    @Override
    public List<String> openers() {
      return of.section().isEmpty() ? List.of(of.call()) : List.of(of.section(), of.call());
    }

    @Override
    public List<String> marks() {
      return List.of(of.section(), of.call(), of.nameEnd(), of.callEnd(), of.sectionEnd()).stream()
          .filter(mark -> mark.length() > 1)
          .toList();
    }

    @Override
    public CallReader reader(String opener, CallSink sink, List<ToolFunction> functions) {
      return NamedCalls.behind(opener, sink, of);
    }

    private static List<Part> mark(String name) {
      return name.length() > 1 ? List.of(new Marker(name)) : text(name);
    }

    @Override
    public CallShape shape(ToolFunction function) {
      List<Part> call = new ArrayList<>(mark(of.call()));
      call.addAll(text(beforeName.formatted(function.name())));
      call.addAll(mark(of.nameEnd()));
      call.addAll(text(behindName.formatted(function.name())));
      call.add(new JsonValue(function.parameters()));
      call.addAll(text(behindArguments));
      call.addAll(mark(of.callEnd()));
      return new CallShape(mark(of.section()), call, List.of(), mark(of.sectionEnd()), true);
    }
  }

  /** Qwen3-Coder's. */
  record Xml() implements Notation {
    @Override
    public List<String> openers() {
      return List.of(XmlCalls.BLOCK, XmlCalls.FUNCTION);
    }

    @Override
    public List<String> marks() {
      return List.of(XmlCalls.BLOCK, XmlCalls.BLOCK_END);
    }

    @Override
    public CallReader reader(String opener, CallSink sink, List<ToolFunction> functions) {
      return XmlCalls.behind(opener, sink, functions);
    }

    /** Arguments in the schema's order; those that are not required may be left out. */
    @Override
    public CallShape shape(ToolFunction function) {
      List<Part> call = new ArrayList<>();
      call.add(new Marker(XmlCalls.BLOCK));
      call.add(new Literal("\n" + XmlCalls.FUNCTION + function.name() + ">\n"));
      for (String key : function.parameters().path("properties").propertyNames()) {
        List<Part> argument =
            List.of(
                new Literal(XmlCalls.PARAMETER + key + ">\n"),
                function.isText(key)
                    ? new TextBefore("\n" + XmlCalls.PARAMETER_END)
                    : new JsonValue(function.schema(key)),
                new Literal("\n" + XmlCalls.PARAMETER_END + "\n"));
        call.addAll(function.isRequired(key) ? argument : List.of(new Perhaps(argument)));
      }
      call.add(new Literal(XmlCalls.FUNCTION_END + "\n"));
      call.add(new Marker(XmlCalls.BLOCK_END));
      return new CallShape(List.of(), call, text("\n"), List.of(), true);
    }
  }
}
