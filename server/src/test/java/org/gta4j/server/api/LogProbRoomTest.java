package org.gta4j.server.api;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class LogProbRoomTest {
  @Test
  void whatIsTakenIsGivenBack() {
    LogProbRoom room = new LogProbRoom(1000);
    for (int i = 0; i < 3; i++) {
      LogProbRoom.Taken first = room.take(600, "logprobs");
      LogProbRoom.Taken rest = room.take(400, "logprobs");
      refused(room, 1, 429, "server_busy");
      first.close();
      rest.close();
    }
    room.take(1000, "logprobs").close();
  }

  @Test
  void moreThanThereCanBeIsNoMatterOfTryingAgain() {
    LogProbRoom room = new LogProbRoom(1000);
    refused(room, 1001, 400, "\"param\":\"top_logprobs\"");
    room.take(1000, "logprobs").close();
  }

  private static void refused(LogProbRoom room, long count, int status, String told) {
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(() -> room.take(count, "top_logprobs").close())
        .matches(e -> e.status() == status && e.toJson().toString().contains(told));
  }
}
