package org.gta4j.grammar;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Schemas that cannot be held to: refused with the place, never followed in part. */
class RefusedSchemaTest {
  static Stream<Arguments> schemas() {
    return Stream.of(
        Arguments.of("{'not':{'type':'null'}}", "#/not\": \"not\": {\"type\":\"null\"}"),
        Arguments.of("{'properties':{'a/b':{'if':{}}}}", "#/properties/a~1b/if\""),
        Arguments.of("{'patternProperties':{}}", "#/patternProperties\""),
        Arguments.of("{'propertyNames':{}}", "#/propertyNames\""),
        Arguments.of("{'unevaluatedProperties':false}", "#/unevaluatedProperties\""),
        Arguments.of("{'dependentRequired':{}}", "#/dependentRequired\""),
        Arguments.of("{'contains':{}}", "#/contains\""),
        Arguments.of("{'items':{},'uniqueItems':true}", "#/uniqueItems\""),
        Arguments.of("{'made':'up'}", "\"made\": \"up\"; supported: type, enum"),
        Arguments.of("{'type':'string','nullable':true}", "a list of types with \"null\" in it"),
        Arguments.of("{'type':'text'}", "#/type\": \"type\": \"text\"; supported: null, boolean"),
        Arguments.of("{'type':[1]}", "#/type\""),
        Arguments.of("{'enum':1}", "#/enum\""),
        Arguments.of("{'minimum':'1'}", "#/minimum\": \"minimum\": \"1\"; supported: a number"),
        Arguments.of("{'exclusiveMinimum':true}", "#/exclusiveMinimum\""),
        Arguments.of("{'minimum':1e100}", "a bound of more than 60 digits"),
        Arguments.of("{'maximum':-1e399}", "numbers of at most 400 digits"),
        Arguments.of("{'required':['" + "a".repeat(301) + "']}", "names of at most 300 characters"),
        Arguments.of("{'multipleOf':0}", "a number above 0"),
        Arguments.of("{'multipleOf':1234567}", "multiples of 1234567"),
        Arguments.of("{'maxLength':1000000}", "a whole number from 0 to 5000"),
        Arguments.of("{'minItems':-1}", "#/minItems\""),
        Arguments.of("{'maxItems':1.5}", "#/maxItems\""),
        Arguments.of("{'properties':[]}", "#/properties\""),
        Arguments.of("{'required':'a'}", "#/required\""),
        Arguments.of("{'items':3}", "#/items\": 3"),
        Arguments.of("{'allOf':{}}", "#/allOf\""),
        Arguments.of("{'anyOf':[]}", "#/anyOf\""),
        Arguments.of("{'anyOf':[{},{'foo':1}]}", "#/anyOf/1/foo\""),
        Arguments.of("{'pattern':'a(?=b)'}", "#/pattern\": looking ahead"),
        Arguments.of("{'pattern':'(a)\\\\1'}", "\\1"),
        Arguments.of("{'pattern':'\\\\bword'}", "\\b"),
        Arguments.of("{'pattern':'[a'}", "an early end"),
        Arguments.of("{'pattern':'(a'}", "a group that is not closed"),
        Arguments.of("{'pattern':'a)'}", "an unexpected character"),
        Arguments.of("{'pattern':'a**'}", "a count of a count"),
        Arguments.of("{'pattern':'a$b'}", "$ before the end"),
        Arguments.of("{'pattern':'a^b'}", "^ behind the begin"),
        Arguments.of("{'pattern':'[z-a]'}", "a range that ends before it begins"),
        Arguments.of("{'pattern':'a{99999}'}", "a count of more than"),
        Arguments.of("{'pattern':'((a{1,900}){1,900}){1,900}'}", "more than 20000 states"),
        Arguments.of("{'pattern':1}", "#/pattern\""),
        Arguments.of("{'format':'regex'}", "#/format\": \"format\": \"regex\"; supported: date, d"),
        Arguments.of("{'$ref':'other.json'}", "references to parts of the same schema"),
        Arguments.of("{'$ref':'#/$defs/a'}", "which is not there"),
        Arguments.of("{'$ref':'#anchor'}", "#/$ref\""),
        Arguments.of("{'$ref':'#'}", "refers to itself"),
        Arguments.of("{'properties':{'a':{'anyOf':[{'$ref':'#/properties/a'}]}}}", "itself"),
        Arguments.of("{'properties':{'a':{'$id':'x'}}}", "#/properties/a/$id\""),
        Arguments.of("{'oneOf':[{'type':'integer'},{'type':'number'}]}", "at the same time"),
        Arguments.of(
            "{'oneOf':[{'$ref':'#/$defs/a'},{'$ref':'#/$defs/a'}],'$defs':{'a':{'type':'string'}}}",
            "at the same time"),
        Arguments.of(
            "{'oneOf':[{'type':'object','properties':{'a':{}},'additionalProperties':true},"
                + "{'properties':{'b':{}},'required':['b']}]}",
            "#/oneOf\""),
        Arguments.of("{'minProperties':3}", "#/minProperties\": 3"),
        Arguments.of(
            "{'enum':[{'a':1}],'required':['a']}", "values are listed, and something else"),
        Arguments.of("3", "a schema: an object, true, false"));
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text.replace('\'', '"'));
  }

  private static void assertRefused(JsonNode schema, String sentence) {
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> JsonSchemaGrammar.of(schema))
        .withMessageContaining("JSON schema at ")
        .withMessageContaining(sentence);
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void isRefused(String schema, String sentence) {
    assertRefused(json(schema), sentence);
  }

  @Test
  void hostileSchemasAreRefused() {
    assertRefused(json("{'items':".repeat(300) + "true" + "}".repeat(300)), "deeply nested");
    assertRefused(json("[" + "1,".repeat(60_000) + "1]"), "at most 50000");
    String three = "{'anyOf':[{'required':['a']},{'required':['b']},{'required':['c']}]}";
    assertRefused(json("{'allOf':[" + (three + ",").repeat(9) + three + "]}"), "alternatives");
    StringBuilder chain = new StringBuilder("{'$ref':'#/$defs/0','$defs':{");
    for (int i = 0; i < 3000; i++) {
      chain.append("'%d':{'$ref':'#/$defs/%d'},".formatted(i, i + 1));
    }
    assertRefused(json(chain + "'3000':true}}"), "references behind references");
    StringBuilder wide = new StringBuilder("{'properties':{");
    for (int i = 0; i < 4000; i++) {
      wide.append("'%d':{'pattern':'^(abc|[x-z]){500}$'},".formatted(i));
    }
    assertRefused(json(wide + "'x':true}}"), "too many steps");
    assertRefused(
        json(
            "{'items':{'maxProperties':5000,'properties':{'a':{},'b':{},'c':{},'d':{}},"
                + "'additionalProperties':true}}"),
        "counted up to");
  }

  @Test
  void whatNoValueFitsHasNoGrammar() {
    for (String schema :
        new String[] {
          "false",
          "{'type':'string','minLength':3,'maxLength':2}",
          "{'properties':{'a':false},'required':['a']}",
          "{'type':'integer','minimum':3,'maximum':2}",
          "{'type':'string','enum':[1]}",
          "{'type':'string','pattern':'^a$','allOf':[{'pattern':'^b$'}]}",
          "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}",
          "{'items':{},'minItems':3,'maxItems':2}",
          "{'maxProperties':1,'minProperties':2}"
        }) {
      assertThatExceptionOfType(GrammarException.class)
          .as(schema)
          .isThrownBy(() -> Held.compiled(JsonSchemaGrammar.of(json(schema))))
          .withMessageContaining("no text that the vocabulary can write fits");
    }
  }

  @Test
  void aSchemaHasAMostSize() {
    ObjectNode schema = JsonMapper.shared().createObjectNode();
    schema.put("const", "a".repeat(1 << 18));
    assertThatExceptionOfType(GrammarException.class)
        .isThrownBy(() -> JsonSchemaGrammar.of(schema))
        .withMessageContaining("characters (at most 262144)");
  }
}
