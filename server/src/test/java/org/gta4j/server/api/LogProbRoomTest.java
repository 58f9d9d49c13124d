package org.gta4j.server.api;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

  @Test
  void moreIsTakenAsItComes() {
    LogProbRoom room = new LogProbRoom(1000);
    LogProbRoom.Taken one = room.take(300, "logprobs");
    LogProbRoom.Taken other = room.take(300, "logprobs");
    for (int i = 0; i < 7; i++) {
      one.hold(100);
    }
    refused(() -> one.hold(1), 429, "server_busy");
    refused(() -> other.hold(301), 429, "server_busy");
    other.close();
    one.hold(200);
    refused(() -> one.hold(100), 400, "\"param\":\"logprobs\"");
    one.close();
    room.take(1000, "logprobs").close();
  }

  @Test
  void whatIsNotKeptNeedsNone() {
    LogProbRoom room = new LogProbRoom(10);
    LogProbRoom.Taken all = room.take(10, "logprobs");
    LogProbRoom.Taken stream = room.take(0, "logprobs");
    stream.hold(1000);
    stream.close();
    refused(room, 1, 429, "server_busy");
    all.close();
  }

  private static void refused(LogProbRoom room, long count, int status, String told) {
    refused(() -> room.take(count, "top_logprobs").close(), status, told);
  }

  private static void refused(ThrowingCallable taking, int status, String told) {
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(taking)
        .matches(e -> e.status() == status && e.toJson().toString().contains(told));
  }
}
