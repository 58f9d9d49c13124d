package org.gta4j.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.compress.compressors.CompressorException;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.gta4j.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentFilesTest {
  private static final String STORIES = "One.\n<|endoftext|>\n\n Two,\n two. <|endoftext|>\nThree";

  @TempDir private Path folder;

  private Path file(String name, byte[] content) throws IOException {
    Path file = folder.resolve(name);
    Files.write(file, content);
    return file;
  }

  private static List<Piece> read(Path file, String field) {
    List<Piece> pieces = new ArrayList<>();
    DocumentFiles.read(file, field, bytes -> {}, pieces::add);
    return pieces;
  }

  private static List<String> texts(Path file) {
    return read(file, "text").stream().map(Piece::text).toList();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] compressed(String kind, byte[] content)
      throws IOException, CompressorException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream stream =
        new CompressorStreamFactory().createCompressorOutputStream(kind, bytes)) {
      stream.write(content);
    }
    return bytes.toByteArray();
  }

  @Test
  void textsAreSeparated() throws IOException {
    assertThat(texts(file("a.txt", utf8(STORIES)))).containsExactly("One.", "Two,\n two.", "Three");
    assertThat(texts(file("b.txt", utf8("<|endoftext|> \n<|endoftext|>")))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"gz,gz", "xz,xz", "zst,zstd"})
  void archivesAreTheTextInThemAndDamagedOnesAreNamed(String suffix, String kind)
      throws IOException, CompressorException {
    byte[] archive = compressed(kind, utf8(STORIES.repeat(200)));
    assertThat(texts(file("a.txt." + suffix, archive))).hasSize(401).startsWith("One.");
    byte[] cut = Arrays.copyOf(archive, archive.length - 20);
    assertThatThrownBy(() -> texts(file("cut.txt." + suffix, cut)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cut.txt." + suffix);
    assertThatThrownBy(() -> texts(file("no.txt." + suffix, utf8("a text that is none"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no.txt." + suffix);
  }

  @Test
  void aVeryLongDocumentComesInPiecesThatAreItTogether() throws IOException {
    String line = "All work and no play makes a dull boy. ä🙂\n";
    String text = line.repeat(60_000).strip();
    List<Piece> pieces = read(file("long.txt", utf8(text + "<|endoftext|>Short.")), "text");
    assertThat(pieces).hasSizeGreaterThan(3);
    assertThat(pieces.getLast()).isEqualTo(new Piece("Short.", true, true));
    List<Piece> first = pieces.subList(0, pieces.size() - 1);
    assertThat(first.stream().map(Piece::text).collect(Collectors.joining()).equals(text)).isTrue();
    assertThat(first.stream().filter(Piece::begins)).hasSize(1);
    assertThat(first.stream().filter(Piece::ends)).containsExactly(first.getLast());
    assertThat(first.getFirst().begins()).isTrue();
  }

  @Test
  void jsonLinesHaveAField() throws IOException {
    byte[] lines = utf8("{\"text\": \"One.\", \"n\": 1}\n\n{\"text\": \"Two\\n.\"}\n");
    assertThat(texts(file("a.jsonl", lines))).containsExactly("One.", "Two\n.");
    Path other = file("b.jsonl", utf8("{\"text\": \"One.\"}\n{\"body\": 3}\n"));
    assertThatThrownBy(() -> texts(other))
        .hasMessageContaining("b.jsonl: line 2")
        .hasMessageContaining("\"text\"")
        .hasMessageContaining("no such field");
    assertThatThrownBy(() -> texts(file("c.jsonl", utf8("{\"text\": "))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("c.jsonl: line 1");
  }

  @Test
  void whatIsNoTextIsRefused() throws IOException {
    assertThatThrownBy(() -> texts(file("a.txt", new byte[] {'a', (byte) 0xFF, 'b'})))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.txt: expected UTF-8");
    assertThatThrownBy(() -> texts(folder.resolve("nowhere.txt")))
        .hasMessageContaining("nowhere.txt: there is no such file");
    assertThatThrownBy(() -> texts(file("a.parquet", utf8("PAR1 or not"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.parquet");
  }

  @Test
  void parquetHasAColumn() throws IOException {
    byte[] parquet = Base64.getDecoder().decode(PARQUET);
    Path file = file("a.parquet", parquet);
    assertThat(texts(file)).containsExactly("One.", "Two.\nTwo.", "ä🙂");
    List<Long> read = new ArrayList<>();
    DocumentFiles.read(file, "text", read::add, piece -> {});
    assertThat(read)
        .as("progress, row by row")
        .hasSize(4)
        .isSorted()
        .startsWith(Math.round(parquet.length / 4.0))
        .endsWith((long) parquet.length);
    assertThatThrownBy(() -> read(file, "body"))
        .hasMessageContaining("a.parquet: expected a column \"body\", found")
        .hasMessageContaining("text");
    assertThatThrownBy(() -> texts(file("cut.parquet", Arrays.copyOf(parquet, parquet.length / 2))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("cut.parquet");
  }

  @Test
  void parquetRowsAreRecordsAsJsonLinesHaveThem() throws IOException {
    Path file = file("b.parquet", Base64.getDecoder().decode(RECORDS));
    List<String> records = new ArrayList<>();
    DocumentFiles.objects(file, bytes -> {}, (row, each) -> records.add(row + ": " + each));
    assertThat(records)
        .containsExactly(
            "1: {\"question\":\"Why?\",\"choices\":{\"text\":[\"So.\",\"It's\\n\\\"so\\\".\"],\"label\":[\"A\",\"B\"]},\"answerKey\":\"B\",\"n\":3,\"x\":0.5,\"ok\":true}",
            "2: {\"question\":\"How?\",\"choices\":{\"text\":[\"ä\",\"b\",\"c\"],\"label\":[\"1\",\"2\",\"3\"]},\"answerKey\":\"1\",\"n\":null,\"x\":1.5,\"ok\":false}");
    assertThatThrownBy(() ->
            DocumentFiles.objects(
                file("c.parquet", utf8("PAR1")), bytes -> {}, (row, each) -> records.clear()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("c.parquet: expected a Parquet file with records");
    assertThatThrownBy(() ->
            DocumentFiles.objects(
                folder.resolve("no.parquet"), bytes -> {}, (row, each) -> records.clear()))
        .hasMessageContaining("no.parquet: there is no such file");
  }

  /** Two rows of texts, lists in a structure, numbers and truth values; compressed by Snappy. */
  private static final String RECORDS =
      "UEFSMRUEFSAVJEwVBBUAEgAAEDwEAAAAV2h5PwQAAABIb3c/FQAVEhUWLBUEFRAVBhUGHAAAAAkgAgAA"
          + "AAQBAQMCFQQVShVOTBUKFQASAAAlkAMAAABTby4KAAAASXQncwoic28iLgIAAADDpAEAAABiAQAAAGMV"
          + "ABUiFSYsFQoVEBUGFQYcAAAAEUACAAAAAxoCAAAACgQDA4hGABUEFTIVNEwVChUAEgAAGRABAAAAQQEF"
          + "PEIBAAAAMQEAAAAyAQAAADMVABUiFSYsFQoVEBUGFQYcAAAAEUACAAAAAxoCAAAACgQDA4hGABUEFRQV"
          + "GEwVBBUAEgAACiQBAAAAQgEAAAAxFQAVEhUWLBUEFRAVBhUGHAAAAAkgAgAAAAQBAQMCFQQVEBUUTBUC"
          + "FQASAAAIHAMAAAAAAAAAFQAVEhUWLBUEFRAVBhUGHAAAAAkgAgAAAAMBAQIAFQQVIBUkTBUEFQASAAAQ"
          + "PAAAAAAAAOA/AAAAAAAA+D8VABUSFRYsFQQVEBUGFQYcAAAACSACAAAABAEBAwIVABUOFRIsFQQVABUG"
          + "FQYcAAAABxgCAAAABAEBFQQZ3DUAGAZzY2hlbWEVDAAVDCUCGAhxdWVzdGlvbiUATBwAAAA1AhgHY2hv"
          + "aWNlcxUEADUCGAR0ZXh0FQIVBkw8AAAANQQYBGxpc3QVAgAVDCUCGAdlbGVtZW50JQBMHAAAADUCGAVs"
          + "YWJlbBUCFQZMPAAAADUEGARsaXN0FQIAFQwlAhgHZWxlbWVudCUATBwAAAAVDCUCGAlhbnN3ZXJLZXkl"
          + "AEwcAAAAFQQlAhgBbgAVCiUCGAF4ABUAJQIYAm9rABYEGRwZfCYAHBUMGTUABhAZGAhxdWVzdGlvbhUC"
          + "FgQWdBZ8JkgmCCksFQQVABUCABUAFRAVAgA8FhAZBhkmAAQAAAAmABwVDBk1AAYQGUgHY2hvaWNlcwR0"
          + "ZXh0BGxpc3QHZWxlbWVudBUCFgoWrgEWtgEm7gEmhAEpLBUEFQAVAgAVABUQFQIAPBYiGSYEBhlWAAAA"
          + "AAoAAAAmABwVDBk1AAYQGUgHY2hvaWNlcwVsYWJlbARsaXN0B2VsZW1lbnQVAhYKFpYBFpwBJooDJroC"
          + "KSwVBBUAFQIAFQAVEBUCADwWChkmBAYZVgAAAAAKAAAAJgAcFQwZNQAGEBkYCWFuc3dlcktleRUCFgQW"
          + "aBZwJooEJtYDKSwVBBUAFQIAFQAVEBUCADwWBBkGGSYABAAAACYAHBUEGTUABhAZGAFuFQIWBBZkFmwm"
          + "9gQmxgQpLBUEFQAVAgAVABUQFQIAPCkGGSYCAgAAACYAHBUKGTUABhAZGAF4FQIWBBZ0Fnwm8gUmsgUp"
          + "LBUEFQAVAgAVABUQFQIAPCkGGSYABAAAACYAHBUAGSUGABkYAm9rFQIWBBY0FjgmrgZJHBUAFQAVAgA8"
          + "KQYZJgAEAAAAFqwGFgQmCBbeBgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGXwcAAAc"
          + "AAAcAAAcAAAcAAAcAAAcAAAA0wIAAFBBUjE=";

  /** Columns text and n of four rows, the third without a text. */
  private static final String PARQUET =
      "UEFSMRUEFT4VQkwVBhUAEgAAH3gEAAAAT25lLgkAAABUd28uClR3by4GAAAAw6Twn5mCFQAVFBUY"
          + "LBUIFRAVBhUGHAAAAAokAgAAAAMLAgMkABUEFUAVOEwVCBUAEgAAIAQBAAkBAAIJB0AAAwAAAAAA"
          + "AAAEAAAAAAAAABUAFRQVGCwVCBUQFQYVBhwAAAAKJAIAAAAIAQID5AAVBBk8NQAYBnNjaGVtYRUE"
          + "ABUMJQIYBHRleHQlAEwcAAAAFQQlAhgBbgAWCBkcGSwmABwVDBk1AAYQGRgEdGV4dBUCFggWlAEW"
          + "nAEmZiYIKSwVBBUAFQIAFQAVEBUCADwWJhkGGSYCBgAAACYAHBUEGTUABhAZGAFuFQIWCBaWARaS"
          + "ASb4ASakASksFQQVABUCABUAFRAVAgA8KQYZJgAIAAAAFqoCFggmCBauAgAoIHBhcnF1ZXQtY3Bw"
          + "LWFycm93IHZlcnNpb24gMjYuMC4xGSwcAAAcAAAA2QAAAFBBUjE=";
}
