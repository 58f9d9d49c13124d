package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Values as users write them. */
class ParsingTest {
  @ParameterizedTest
  @ValueSource(strings = {"1,403,407", " 1, 403 ,407 ", "[1,403,407]", "+1,0403,407"})
  void readsTokenIds(String text) {
    assertThat(TokenIds.parse(text)).containsExactly(1, 403, 407);
    assertThat(TokenIds.format(1, 403, 407)).isEqualTo("1,403,407");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "1,,2", "1,", "a", "1.5", "1 2", "0x10", "-", "[1"})
  void refusesWhatIsNoListOfIds(String text) {
    assertThatThrownBy(() -> TokenIds.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--ids: expected token ids");
  }

  @Test
  void anOptionThatIsGivenAgainKeepsWhatItHad() {
    Setting<List<String>> stop = Setting.texts("--stop", "TEXT", "Where it ends.");
    CommandSpec command = CommandSpec.create();
    stop.addTo(command);
    new CommandLine(command).parseArgs("--stop=a", "--stop", "b");
    assertThat(stop.value()).contains(List.of("a", "b"));
  }

  @Test
  void anIdBeyondAllVocabulariesIsOutOfRange() {
    assertThatThrownBy(() -> TokenIds.parse("1,4294967296"))
        .isInstanceOf(RefusedException.class)
        .hasMessage("token id 4294967296 is out of range");
  }

  @ParameterizedTest
  @CsvSource({
    "5GB, 5000000000",
    "500MB, 500000000",
    "2GiB, 2147483648",
    "1.5kb, 1500",
    "10 KiB, 10240",
    "123, 123"
  })
  void readsSizesAsHuggingFaceDoes(String text, long bytes) {
    assertThat(ByteSizes.parse("--size", text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GB", "-1GB", "0", "0.1", "5XB", "5G", "99999999999TB"})
  void refusesOtherSizes(String text) {
    assertThatThrownBy(() -> ByteSizes.parse("--size", text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--size: expected a size such as 5GB");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "999, 999 bytes",
    "1000, 1.00 kB",
    "999499, 999 kB",
    "999500, 1.00 MB",
    "25300000000, 25.3 GB"
  })
  void printsSizesForPeople(long bytes, String text) {
    assertThat(Numbers.bytes(bytes)).isEqualTo(text);
  }

  @Test
  void findsWhatWasMeant() {
    List<String> names = List.of("generate", "tokenize", "inspect");
    assertThat(Similar.to("genrate", names)).contains("generate");
    assertThat(Similar.to("inspcet", names)).contains("inspect");
    assertThat(Similar.to("chat", names)).isEmpty();
  }

  @Test
  void alignsColumns() {
    assertThat(Table.of(List.of(new String[] {"a", "b"}, new String[] {"long", "c"})))
        .isEqualTo("a     b\nlong  c\n");
  }
}
