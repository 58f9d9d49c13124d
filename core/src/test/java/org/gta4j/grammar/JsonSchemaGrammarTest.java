package org.gta4j.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What each keyword lets through. */
class JsonSchemaGrammarTest {
  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text.replace('\'', '"'));
  }

  private static void check(String schema, List<String> fit, List<String> fitNot) {
    CompiledGrammar grammar = Held.compiled(JsonSchemaGrammar.of(json(schema)));
    for (String text : fit) {
      assertThat(Held.accepts(grammar, text.replace('\'', '"'))).as(schema + " " + text).isTrue();
    }
    for (String text : fitNot) {
      assertThat(Held.accepts(grammar, text.replace('\'', '"'))).as(schema + " " + text).isFalse();
    }
  }

  private static void checkExactly(String schema, String pattern, String... texts) {
    CompiledGrammar grammar = Held.compiled(JsonSchemaGrammar.of(json(schema)));
    for (String text : texts) {
      assertThat(Held.accepts(grammar, text)).as(text).isEqualTo(text.matches(pattern));
    }
  }

  @Test
  void anyJsonIsWrittenAsModelsWriteIt() {
    CompiledGrammar any = Held.compiled(JsonGrammar.anyJson());
    for (String text :
        List.of(
            "{}",
            "[]",
            " {\"a\": 1, \"b\":[1, 2,3]}",
            "{\n  \"a\": {\n    \"b\": [\n      null,\n      true\n    ]\n  }\n}",
            "\"a\\u00e9\\n\\/\\ud83d\\ude42 é🙂\"",
            "-0.5e+10",
            "1E5",
            "0",
            "false")) {
      assertThat(Held.accepts(any, text)).as(text).isTrue();
    }
    for (String text :
        List.of(
            "",
            "{,}",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "1.",
            "+1",
            ".5",
            "1e999",
            "nul",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\n\"",
            "\"\u0000\"",
            "[1 , 2]",
            "[   1]",
            "[\n\n\n1]",
            "[\n" + " ".repeat(30) + "1]",
            "12345678901234567890",
            "1 ")) {
      assertThat(Held.accepts(any, text)).as(text).isFalse();
    }
    CompiledGrammar object = Held.compiled(JsonGrammar.anyObject());
    assertThat(Held.accepts(object, "{\"a\": {}}")).isTrue();
    assertThat(Held.accepts(object, "[]")).isFalse();
    assertThat(Held.begins(any, (byte) '"', (byte) 0xED, (byte) 0xA0)).isFalse();
  }

  @Test
  void types() {
    check("{'type':'null'}", List.of("null"), List.of("0", "''"));
    check("{'type':'boolean'}", List.of("true", "false"), List.of("null"));
    check("{'type':'integer'}", List.of("0", "-1", "123"), List.of("1.5", "-0", "1e3", "''"));
    check("{'type':'number'}", List.of("0", "-1.25", "2e-3"), List.of("'1'"));
    check("{'type':['string','null']}", List.of("'x'", "null"), List.of("1"));
    check("true", List.of("1", "{'a':[]}"), List.of());
    check("{}", List.of("1", "{'a':[]}"), List.of());
    check("{'type':'array'}", List.of("[]", "[1,'a']"), List.of("{}"));
    check("{'type':'object'}", List.of("{}", "{'a':1}"), List.of("[]"));
  }

  @Test
  void listedValues() {
    check(
        "{'enum':['a','b\\n',1,null,{'k':[1,2]}]}",
        List.of("'a'", "'b\\n'", "1", "null", "{'k':[1,2]}", "{'k': [1, 2]}"),
        List.of("'c'", "2", "{'k':[1]}"));
    check("{'const':'x','type':'string'}", List.of("'x'"), List.of("'y'"));
    check(
        "{'enum':['abc','ab',5,7.5],'type':['string','integer'],'minLength':3}",
        List.of("'abc'", "5"),
        List.of("'ab'", "7.5"));
    check("{'enum':[1,2,3],'allOf':[{'enum':[2.0,3,4]}]}", List.of("2", "3"), List.of("1", "4"));
  }

  @Test
  void objects() {
    String schema =
        "{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'string'},'c':true},"
            + "'required':['b'],'additionalProperties':false}";
    check(
        schema,
        List.of("{'b':''}", "{'a':1,'b':''}", "{'b':'','c':[]}", "{ 'a': 1, 'b': '', 'c': 0 }"),
        List.of("{}", "{'a':1}", "{'b':'','a':1}", "{'a':1,'b':'','d':1}", "{'b':'',}", "{'b':1}"));
    check(
        "{'properties':{'ab':{'type':'integer'}},'additionalProperties':{'type':'string'}}",
        List.of("{}", "{'ab':1}", "{'ab':1,'abc':'','b':''}", "{'a':'','':''}", "{'aé\\u0062':''}"),
        List.of("{'ab':''}", "{'a':1}", "{'\\u0061b':''}", "[]", "{'b':'','ab':1}"));
    check(
        "{'properties':{'a':{'type':'integer'}},'additionalProperties':true}",
        List.of("{'a':1,'b':{'c':1}}"),
        List.of("{'a':''}"));
    check("{'properties':{'a':{}}}", List.of("{}", "{'a':1}"), List.of("{'b':1}", "1"));
    check(
        "{'type':'object','required':['x']}",
        List.of("{'x':1}", "{'x':1,'y':2}"),
        List.of("{}", "{'y':2}"));
    check(
        "{'properties':{'a':false,'b':{'const':1}},'additionalProperties':{'const':2}}",
        List.of("{'b':1,'c':2}"),
        List.of("{'a':2}"));
    check(
        "{'properties':{'a/\\\"':{'type':'null'}},'required':['a/\\\"']}",
        List.of("{'a/\\\"':null}"),
        List.of("{}"));
  }

  @Test
  void numbersOfProperties() {
    String three = "'properties':{'a':{'const':1},'b':{'const':1},'c':{'const':1}}";
    check(
        "{" + three + ",'minProperties':2}",
        List.of("{'a':1,'b':1}", "{'b':1,'c':1}", "{'a':1,'c':1}", "{'a':1,'b':1,'c':1}"),
        List.of("{}", "{'a':1}", "{'c':1}"));
    check(
        "{" + three + ",'maxProperties':1,'required':['b']}",
        List.of("{'b':1}"),
        List.of("{}", "{'a':1,'b':1}", "{'b':1,'c':1}"));
    check(
        "{" + three + ",'maxProperties':2,'additionalProperties':true}",
        List.of("{}", "{'a':1,'x':1}", "{'x':1,'y':2}"),
        List.of("{'a':1,'b':1,'x':1}"));
    check("{'maxProperties':0}", List.of("{}"), List.of("{'a':1}"));
    check("{'minProperties':1}", List.of("{'a':1}", "{'a':1,'b':2}"), List.of("{}"));
  }

  @Test
  void arrays() {
    check(
        "{'items':{'type':'integer'},'minItems':1,'maxItems':3}",
        List.of("[1]", "[1,2]", "[1, 2, 3]", "[\n 1,\n 2\n]"),
        List.of("[]", "[1,2,3,4]", "['a']"));
    check(
        "{'prefixItems':[{'const':'a'},{'const':'b'}],'items':{'type':'null'}}",
        List.of("[]", "['a']", "['a','b']", "['a','b',null,null]"),
        List.of("['b']", "['a',null]", "['a','b',1]"));
    check(
        "{'prefixItems':[{'const':'a'},{'const':'b'}],'items':false,'minItems':2}",
        List.of("['a','b']"),
        List.of("['a']", "['a','b',1]"));
    check(
        "{'items':[{'const':'a'}],'additionalItems':{'const':1},'maxItems':3}",
        List.of("[]", "['a']", "['a',1,1]"),
        List.of("[1]", "['a',1,1,1]"));
    check("{'prefixItems':[{'const':1}]}", List.of("[]", "[1]"), List.of("[1,2]"));
    check("{'prefixItems':[{'const':1}],'minItems':2}", List.of("[1,'x']"), List.of("[1]"));
    check("{'type':'array','maxItems':0}", List.of("[]"), List.of("[1]"));
    check("{'items':true,'minItems':2}", List.of("[1,2]", "[1,2,3]"), List.of("[1]"));
    check("{'items':{},'uniqueItems':true,'maxItems':1}", List.of("[1]"), List.of("[1,1]"));
  }

  @Test
  void lengths() {
    check(
        "{'type':'string','minLength':2,'maxLength':3}",
        List.of("'ab'", "'é🙂\\n'", "'\\\"\\\\'"),
        List.of("''", "'a'", "'abcd'", "'🙂🙂🙂🙂'"));
    check("{'type':'string','maxLength':0}", List.of("''"), List.of("'a'"));
    check("{'type':'string','minLength':1}", List.of("'a'", "'abc'"), List.of("''"));
  }

  @Test
  void patterns() {
    check(
        "{'type':'string','pattern':'^[a-c]+\\\\d{2}$'}",
        List.of("'a12'", "'cba99'"), List.of("'12'", "'a1'", "'a123'", "'xa12'"));
    check(
        "{'type':'string','pattern':'b'}",
        List.of("'b'", "'abc'", "'\\nb\\n'"),
        List.of("''", "'ac'"));
    check("{'pattern':'^a|b$'}", List.of("'ax'", "'xb'"), List.of("'xa'", "'bx'"));
    check("{'pattern':'^(?:x|yz)*?.$'}", List.of("'xyz!'", "'q'"), List.of("''", "'x\\n'"));
    check(
        "{'pattern':'^[^a-z\\\\s\\\\]\\\\-]$'}",
        List.of("'A'", "'é'", "'^'"),
        List.of("'a'", "' '", "']'", "'-'", "'\\u00a0'"));
    check("{'pattern':'^\\\\w+\\\\s\\\\W$'}", List.of("'a_1 !'"), List.of("'é !'", "'a a'"));
    check(
        "{'pattern':'^[a-z]*$','minLength':2,'maxLength':3}",
        List.of("'ab'", "'abc'"),
        List.of("'a'", "'abcd'", "'aB'"));
    check(
        "{'allOf':[{'pattern':'a'},{'pattern':'b'}],'maxLength':2}",
        List.of("'ab'", "'ba'"),
        List.of("'a'", "'abc'", "'aa'"));
    check("{'pattern':'^\\\\u0041\\\\x42\\\\.$'}", List.of("'AB.'"), List.of("'ABx'"));
  }

  @Test
  void formats() {
    check(
        "{'type':'string','format':'date'}",
        List.of("'2024-02-29'", "'2000-02-29'", "'2023-12-31'", "'2023-04-30'"),
        List.of("'2023-02-29'", "'1900-02-29'", "'2023-13-01'", "'2023-04-31'", "'2023-1-1'"));
    check(
        "{'format':'date-time'}",
        List.of("'2024-02-29T23:59:59Z'", "'2024-01-01T00:00:00.123+01:00'"),
        List.of("'2024-01-01'", "'2024-01-01T24:00:00Z'", "'2024-01-01T00:00:00'"));
    check("{'format':'time'}", List.of("'12:30:00Z'"), List.of("'12:30'"));
    check(
        "{'format':'uuid'}",
        List.of("'123e4567-e89b-12d3-a456-426614174000'"),
        List.of("'123e4567e89b12d3a456426614174000'"));
    check("{'format':'ipv4'}", List.of("'255.0.10.199'"), List.of("'256.0.0.1'", "'01.0.0.1'"));
    check("{'format':'ipv6'}", List.of("'::1'", "'fe80::1:2'", "'::'"), List.of("'1'", "':::'"));
    check("{'format':'email'}", List.of("'a.b@example.org'"), List.of("'a'", "'@b.c'", "'a@'"));
    check("{'format':'duration'}", List.of("'P1DT2H'", "'PT5M'"), List.of("'P'", "'1D'", "'PT'"));
    check("{'format':'hostname'}", List.of("'example.org'"), List.of("'-a'", "''"));
    check("{'format':'uri'}", List.of("'https://a.b/c?d=e#f'"), List.of("'a'", "'http:/a'"));
    check(
        "{'type':'integer','format':'int32'}",
        List.of("2147483647", "-2147483648"),
        List.of("2147483648", "-2147483649"));
  }

  @Test
  void boundsOfIntegers() {
    int[][] bounds = {{0, 0}, {1, 9}, {-5, 5}, {7, 123}, {-130, -9}, {99, 101}, {-1, 1000}};
    for (int[] bound : bounds) {
      CompiledGrammar inclusive =
          Held.compiled(
              JsonSchemaGrammar.of(
                  json(
                      "{'type':'integer','minimum':%d,'maximum':%d}"
                          .formatted(bound[0], bound[1]))));
      CompiledGrammar exclusive =
          Held.compiled(
              JsonSchemaGrammar.of(
                  json(
                      "{'type':'integer','exclusiveMinimum':%d,'exclusiveMaximum':%d.0}"
                          .formatted(bound[0] - 1, bound[1] + 1))));
      for (int i = -1100; i <= 1100; i++) {
        boolean within = bound[0] <= i && i <= bound[1];
        assertThat(Held.accepts(inclusive, "" + i)).as("%d", i).isEqualTo(within);
        assertThat(Held.accepts(exclusive, "" + i)).as("%d", i).isEqualTo(within);
      }
    }
    check("{'type':'integer','minimum':10}", List.of("10", "999"), List.of("9", "-10", "0"));
    check("{'type':'integer','maximum':-10}", List.of("-10", "-999"), List.of("-9", "0", "10"));
    check("{'type':'integer','minimum':0.5,'maximum':2.5}", List.of("1", "2"), List.of("0", "3"));
  }

  @Test
  void boundsOfNumbers() {
    check(
        "{'type':'number','minimum':-1.5,'exclusiveMaximum':2.25}",
        List.of("0", "-1.5", "-1.50", "-1.49", "2", "2.2", "2.24999", "2.2499", "-0.5"),
        List.of("-1.51", "-2", "2.25", "2.250", "2.3", "3", "10", "1e0", "-1.501"));
    check(
        "{'type':'number','exclusiveMinimum':0,'maximum':1}",
        List.of("0.1", "1", "1.0", "0.000001"),
        List.of("0", "0.0", "-0.1", "1.01", "1.00001"));
    check("{'type':'number','minimum':0}", List.of("0", "0.0", "7.5"), List.of("-0.5", "-1"));
    check("{'type':'number','maximum':-2.5}", List.of("-2.5", "-3", "-25"), List.of("-2.4", "0"));
    check("{'type':'number','minimum':0.125,'maximum':0.125}", List.of("0.125"), List.of("0.12"));
  }

  @Test
  void multiples() {
    CompiledGrammar seven =
        Held.compiled(JsonSchemaGrammar.of(json("{'type':'integer','multipleOf':7}")));
    for (int i = -200; i <= 200; i++) {
      assertThat(Held.accepts(seven, "" + i)).as("%d", i).isEqualTo(i % 7 == 0);
    }
    check(
        "{'type':'number','multipleOf':0.01,'minimum':0}",
        List.of("0", "1.5", "2.25", "0.01"),
        List.of("0.001", "-1"));
    check(
        "{'type':'number','multipleOf':0.25}",
        List.of("0.25", "1.5", "-2.75", "3", "1.50"),
        List.of("0.2", "1.3"));
    check(
        "{'type':'integer','multipleOf':4,'allOf':[{'multipleOf':6}],'maximum':40}",
        List.of("0", "12", "36", "-24"),
        List.of("4", "6", "48"));
    check("{'type':'integer','multipleOf':0.5}", List.of("3"), List.of("0.5"));
  }

  @Test
  void combinations() {
    check("{'anyOf':[{'type':'integer'},{'const':'x'}]}", List.of("1", "'x'"), List.of("'y'"));
    check(
        "{'allOf':[{'properties':{'a':{'type':'integer'}},'required':['a']},"
            + "{'properties':{'a':{'minimum':5},'b':{'const':1}}}]}",
        List.of("{'a':5}", "{'a':7,'b':1}"),
        List.of("{'a':4}", "{'b':1}", "{'a':5,'c':1}"));
    check(
        "{'properties':{'a':{'const':1}},'additionalProperties':false,"
            + "'allOf':[{'properties':{'b':{'const':2}}}]}",
        List.of("{}", "{'a':1}"),
        List.of("{'a':1,'b':2}"));
    check(
        "{'properties':{'k':{'type':'string'}},'required':['k'],"
            + "'anyOf':[{'properties':{'x':{'const':1}},'required':['x']},"
            + "{'properties':{'y':{'const':2}},'required':['y']}]}",
        List.of("{'k':'','x':1}", "{'k':'','y':2}"),
        List.of("{'k':''}", "{'x':1}"));
    check(
        "{'oneOf':[{'type':'string'},{'type':'integer'},{'type':'object','properties':"
            + "{'kind':{'const':'a'},'v':{'type':'integer'}},'required':['kind']},{'type':'object',"
            + "'properties':{'kind':{'enum':['b','c']}},'required':['kind']}]}",
        List.of("'a'", "1", "{'kind':'a','v':1}", "{'kind':'c'}"),
        List.of("{'kind':'b','v':1}", "{}"));
    check(
        "{'oneOf':[{'properties':{'a':{}},'required':['a']},{'properties':{'b':{}},'required':['b']}]}",
        List.of("{'a':1}", "{'b':1}"),
        List.of("{}", "{'a':1,'b':1}"));
    check(
        "{'type':'integer','oneOf':[{'maximum':3},{'minimum':10}]}",
        List.of("3", "10"),
        List.of("5"));
    check(
        "{'oneOf':[{'type':'string','pattern':'^a'},{'type':'string','pattern':'^b'}]}",
        List.of("'a1'", "'b'"),
        List.of("'c'"));
  }

  @Test
  void references() {
    check(
        "{'$ref':'#/$defs/a~1b','$defs':{'a/b':{'type':'integer'}}}", List.of("1"), List.of("''"));
    check(
        "{'$ref':'#/definitions/n','definitions':{'n':{'type':'object','properties':{"
            + "'value':{'type':'integer'},'next':{'anyOf':[{'$ref':'#/definitions/n'},"
            + "{'type':'null'}]}},'required':['value','next'],'additionalProperties':false}}}",
        List.of("{'value':1,'next':null}", "{'value':1,'next':{'value':2,'next':null}}"),
        List.of("{'value':1}", "{'value':1,'next':{}}"));
    check(
        "{'type':'array','items':{'$ref':'#','description':'nested'}}",
        List.of("[]", "[[],[[]]]"),
        List.of("[1]"));
    check(
        "{'properties':{'a':{'$ref':'#/$defs/s','maxLength':1}},'$defs':{'s':{'type':'string'}}}",
        List.of("{'a':'x'}"),
        List.of("{'a':'xy'}", "{'a':1}"));
  }

  @Test
  void digitsAreBounded() {
    checkExactly(
        "{\"type\":\"number\"}",
        "-?\\d{1,19}(\\.\\d{1,16})?(e\\d{1,2})?",
        "1".repeat(19),
        "1".repeat(20),
        "0." + "1".repeat(16),
        "0." + "1".repeat(17),
        "1e99",
        "1e100");
  }
}
