package org.gta4j.server.api;

import java.util.List;
import java.util.Optional;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /tokenize} and {@code /detokenize}, with the fields of llama.cpp's server ({@code
 * content}) and of vLLM's ({@code prompt}).
 */
public final class TokenEndpoint {
  private final ServedModel model;

  /** Of a model. */
  public TokenEndpoint(ServedModel model) {
    this.model = model;
  }

  /**
   * The ids of a text.
   *
   * @throws ApiException if there is no text
   */
  public ObjectNode tokenize(JsonNode body) {
    Fields fields = Fields.of(body);
    Optional<String> content = fields.text("content");
    String text =
        content
            .or(() -> fields.text("prompt"))
            .orElseGet(() -> {
              throw ApiException.invalid("content", "content: is missing");
            });
    boolean framed =
        fields.truth("add_special", fields.truth("add_special_tokens", content.isEmpty()));
    boolean pieces = fields.truth("with_pieces", false);
    int[] ids =
        model
            .tokenizer()
            .encode(
                text,
                framed ? Tokenizer.Framing.PROMPT : Tokenizer.Framing.NONE,
                fields.truth("parse_special", true) ? ControlTokens.PARSED : ControlTokens.ESCAPED);
    TokenTexts texts = new TokenTexts(model.model().tokenizer());
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    ArrayNode tokens = answer.putArray("tokens");
    for (int id : ids) {
      if (pieces) {
        tokens.addObject().put("id", id).put("piece", texts.text(id));
      } else {
        tokens.add(id);
      }
    }
    answer.put("count", ids.length);
    answer.put("max_model_len", model.engine().room(0));
    return answer;
  }

  /**
   * The text of ids.
   *
   * @throws ApiException if there are none, or one is out of range
   */
  public ObjectNode detokenize(JsonNode body) {
    Fields fields = Fields.of(body);
    fields.required("tokens");
    List<JsonNode> tokens = fields.list("tokens");
    int[] ids = new int[tokens.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] =
          (int)
              Fields.wholeNumber(
                  "tokens[%d]".formatted(i), tokens.get(i), 0, model.tokenizer().size() - 1);
    }
    String text = model.tokenizer().decode(ids);
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("content", text);
    answer.put("prompt", text);
    return answer;
  }
}
