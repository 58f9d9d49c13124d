package org.gta4j.cli.training;

import java.util.List;
import java.util.Optional;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.Verb;
import org.gta4j.cli.data.TextOptions;
import org.gta4j.generate.LanguageModel;
import org.gta4j.tokenizer.HuggingFaceVocabulary;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.teacher.SmallerVocabulary;

/** {@code gta tokenizer trim}. */
final class TokenizerTrimVerb extends Verb {
  private static final String TOKENIZER = "tokenizer.json";
  private static final long LARGEST = 256L << 20;

  private final Setting<String> model =
      Setting.required("--model", "PATH", "The model whose tokenizer is trimmed.");
  private final TextOptions texts = TextOptions.ofTexts();
  private final Setting<Integer> size =
      Setting.integer("--vocab-size", "N", "How many tokens to keep (default: 4096).");
  private final Setting<String> out =
      Setting.required("--out", "FOLDER", "Where tokenizer.json goes.");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  TokenizerTrimVerb() {
    super(
        "tokenizer trim",
        "--model PATH --data FILE --out FOLDER [OPTION]...",
        List.of(
            "Makes a smaller tokenizer of a model's: the tokens that some texts use most.",
            "Text whose tokens are all kept is cut as the model cuts it, so the model can teach a"
                + " smaller one ('gta data teach')."),
        List.of(
            "gta tokenizer trim --model SmolLM2-135M.gguf --data stories.txt --vocab-size 4096"
                + " --out tokenizer"));
    add(model);
    texts.addTo(this);
    add(size, out);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    TextTokens read = TextTokens.of(texts);
    int most = Check.count(size, 1, 4096);
    TokenizerFolder folder = TokenizerFolder.at(out);
    List<String> documents = read.documents(terminal);
    byte[] json;
    String end;
    try (Checkpoint checkpoint = Checkpoint.open(Check.path(model))) {
      Tokenizer tokenizer = tokenizer(checkpoint);
      end = end(tokenizer);
      json =
          SmallerVocabulary.of(
              checkpoint.name(), whole(checkpoint), tokenizer, documents, most, end);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("--vocab-size: " + e.getMessage(), e);
    }
    terminal.line("%s: %,d tokens".formatted(folder.path(), folder.write(json, end)));
  }

  private Tokenizer tokenizer(Checkpoint checkpoint) {
    return LanguageModel.tokenizerOf(checkpoint)
        .orElseThrow(() -> new RefusedException(model.or("") + " has no tokenizer"));
  }

  private static String end(Tokenizer tokenizer) {
    if (tokenizer.id(TextTokens.SEPARATOR).isPresent()) {
      return TextTokens.SEPARATOR;
    }
    return tokenizer.name(
        tokenizer
            .end()
            .orElseThrow(
                () -> new RefusedException("the model's tokenizer has no token that ends texts")));
  }

  private byte[] whole(Checkpoint checkpoint) {
    Optional<byte[]> json =
        checkpoint
            .metadata()
            .flatMap(
                metadata -> Optional.ofNullable(HuggingFaceVocabulary.of(metadata).get(TOKENIZER)))
            .or(() ->
                checkpoint
                    .tokenizerFile()
                    .filter(file -> file.toString().endsWith(".json"))
                    .map(file -> InputFile.readBytes(file, LARGEST)));
    return json.orElseThrow(() ->
        new RefusedException(
            "%s: expected a tokenizer of byte-pair encoding (a tokenizer.json, or a GGUF file's of that kind)"
                .formatted(model.or(""))));
  }
}
