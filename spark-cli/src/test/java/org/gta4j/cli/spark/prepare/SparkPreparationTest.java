package org.gta4j.cli.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.gta4j.checkpoint.Json;
import org.gta4j.cli.Ran;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.data.Preparation;
import org.gta4j.cli.data.Prepared;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.data.DataException;
import org.gta4j.data.shard.ShardWriter;
import org.gta4j.data.text.Cleaning;
import org.gta4j.data.text.DocumentFiles;
import org.gta4j.data.text.DocumentFilter;
import org.gta4j.data.text.Duplicates;
import org.gta4j.data.text.PieceTokens;
import org.gta4j.data.text.Removal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkPreparationTest {
  private static final Path WORDS =
      Path.of(System.getProperty("gta.root", ".."), "cli/src/test/models/stories260K/tok512.bin");

  private static final String PLAIN_WORDS =
      """
      {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []},
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
       "decoder": {"type": "ByteLevel"}}
      """;

  @TempDir private Path folder = Path.of("");

  /** Texts of very different lengths, with lines and letters of several scripts. */
  private static List<String> texts(int count, long seed) {
    Random random = new Random(seed);
    String[] words = {"cat", "the", "Übermut", "山", "sat\non", "a", "very", "blue", "12", "day."};
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder("Text " + i);
      int length = i % 50 == 7 ? 2_000 : random.nextInt(60);
      for (int k = 0; k < length; k++) {
        text.append(' ').append(words[random.nextInt(words.length)]);
      }
      texts.add(text.toString());
    }
    return texts;
  }

  private static String jsonLines(List<String> texts) {
    return texts.stream()
        .map(text -> Json.object().put("text", text).put("n", 1) + "\n")
        .collect(Collectors.joining());
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path zipped(String name, String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream stream = new GZIPOutputStream(bytes)) {
      stream.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return Files.write(folder.resolve(name), bytes.toByteArray());
  }

  private Prepared prepare(List<Path> files, String out, Cleaning cleaning, int tasks, long split) {
    return prepare(files, WORDS, out, cleaning, tasks, split);
  }

  private Prepared prepare(
      List<Path> files, Path words, String out, Cleaning cleaning, int tasks, long split) {
    return new SparkPreparation(split)
        .prepare(
            Ran.nowhere(),
            new Preparation(
                files.stream().map(Path::toString).toList(),
                "text",
                words,
                5_000,
                folder.resolve(out),
                cleaning,
                Optional.of("local[%d]".formatted(tasks)),
                List.of("spark.sql.shuffle.partitions=3")));
  }

  /** What one thread writes that reads one file after the other. */
  private Map<String, byte[]> expected(List<Path> files) {
    TokenizerFiles words = TokenizerFiles.read(WORDS);
    Path out = folder.resolve("expected");
    try (ShardWriter writer =
        new ShardWriter(out, words.tokenizer().size(), words.checksum(), 5_000)) {
      for (Path file : files) {
        DocumentFiles.read(
            file,
            "text",
            bytes -> {},
            piece -> {
              writer.write(PieceTokens.of(words.tokenizer(), List.of(piece)));
              writer.endDocuments(piece.ends() ? 1 : 0);
            });
      }
      writer.finish();
    }
    return content(out);
  }

  private static Map<String, byte[]> content(Path folder) {
    Map<String, byte[]> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        content.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return content;
  }

  private static void assertSame(Map<String, byte[]> found, Map<String, byte[]> expected) {
    assertThat(found.keySet()).isEqualTo(expected.keySet()).hasSizeGreaterThan(3);
    expected.forEach((name, bytes) -> assertThat(found.get(name)).as(name).isEqualTo(bytes));
  }

  @Test
  void shardsAreThoseOfOneThreadWhateverThePartitions() throws IOException {
    List<Path> files =
        List.of(
            file("a.jsonl", jsonLines(texts(300, 1))),
            file("b.txt", String.join("<|endoftext|>", texts(200, 2))),
            zipped("c.jsonl.gz", jsonLines(texts(100, 3))));
    Map<String, byte[]> expected = expected(files);
    prepare(files, "one", Cleaning.none(), 1, 1 << 20);
    assertSame(content(folder.resolve("one")), expected);
    prepare(files, "many", Cleaning.none(), 2, 9_000);
    assertSame(content(folder.resolve("many")), expected);
  }

  /** A file that cannot be cut is read by one task and tokenized by several. */
  @Test
  void aSingleArchiveIsShared() throws IOException {
    List<String> texts = texts(40, 4);
    texts.add("long ".repeat(200_000)); // several portions
    texts.addAll(texts(40, 5));
    List<Path> files = List.of(zipped("a.jsonl.gz", jsonLines(texts)));
    Map<String, byte[]> expected = expected(files);
    prepare(files, "out", Cleaning.none(), 2, 1 << 20);
    assertSame(content(folder.resolve("out")), expected);
  }

  @Test
  void badAndRepeatedTextsAreLeftOut() throws IOException {
    List<String> kept =
        new ArrayList<>(
            texts(60, 6).stream()
                .map(text -> text.replace("12", "moon").replace("sat\non", "sat on"))
                .toList());
    List<String> all = new ArrayList<>(kept);
    String story =
        "One day a little girl named Lily found a big red ball near the old tree and she";
    String longer = story + " played with it until the sun went down behind the hill.";
    kept.add(longer);
    all.add(longer);
    all.add(20, kept.getFirst()); // the same again
    all.add(70 - 10, kept.get(3));
    all.add(longer.replace("red ball", "RED,  ball")); // the same words
    all.add(longer + " The end."); // most of the same words
    String other = story + " went home.";
    kept.add(other); // too few of the same words
    all.add(other);
    all.add("12 34 56 ".repeat(30));
    all.add("again and again\n".repeat(30));
    all.add("");
    List<Path> files = List.of(file("all.jsonl", jsonLines(all)));
    Map<String, byte[]> expected = expected(List.of(file("kept.jsonl", jsonLines(kept))));
    Cleaning cleaning =
        new Cleaning(new DocumentFilter(1, 20_000, 0.5, 0.3), new Duplicates.Near(0.8));
    Prepared prepared = prepare(files, "out", cleaning, 2, 12_000);
    assertThat(prepared.removed().removed())
        .isEqualTo(
            Map.of(Removal.DUPLICATE, 4L, Removal.FEW_LETTERS, 1L, Removal.REPEATED_LINES, 1L));
    assertThat(prepared.index().documents()).isEqualTo(kept.size());
    assertSame(content(folder.resolve("out")), expected);
  }

  @Test
  void aMistakeIsASentenceAndLeavesNothing() throws IOException {
    String lines = jsonLines(texts(100, 7));
    Path bad = file("bad.jsonl", lines + "{\"text\": 1}\n" + lines);
    assertThatThrownBy(() -> prepare(List.of(bad), "out", Cleaning.none(), 2, 4_000))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "--data: %s: line 101: expected a text in the field \"text\", found NUMBER"
                .formatted(bad));
    Path empty = file("empty.jsonl", "\n");
    assertThatThrownBy(() -> prepare(List.of(empty), "out", Cleaning.none(), 1, 500))
        .hasMessageContaining("there is no text in");
    Path blank = file("blank.jsonl", "{\"text\": \"c\"}\n");
    Path words = file("tokenizer.json", PLAIN_WORDS); // which knows no c
    assertThatThrownBy(() -> prepare(List.of(blank), words, "out", Cleaning.none(), 1, 500))
        .isInstanceOf(DataException.class)
        .hasMessage(folder.resolve("out") + ": expected tokens to write, found none");
    Files.delete(words);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(file -> !file.toString().endsWith(".jsonl"))).isEmpty();
    }
  }
}
