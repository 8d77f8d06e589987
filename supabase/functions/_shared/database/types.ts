import type { Json, Maybe, Named } from "./named.ts";

export type { Json };

export type Database = {
  public: {
    Tables: { [_ in never]: never };
    Views: { [_ in never]: never };
    Functions: {
      acquire_lease: { Args: Named<{ string: "key owner"; number: "ttl_ms" }>; Returns: Json };
      active_locks: {
        Args: Record<PropertyKey, never>;
        Returns: Named<{
          string: "expires_at holder key kind lock_id since";
          number: "fencing_token held_ms longest_wait_ms pid waiters";
        }>[];
      };
      adjust_cash: { Args: Named<{ string: "account note"; number: "amount" }>; Returns: Json };
      alert_health: {
        Args: Maybe<{ string: "account from_time to_time"; number: "intervals" }>;
        Returns: Named<{
          number: "alerts contradictions duplicates missed refused repairs unpriced";
          string: "cost last_alert_at silence_reason silence_seconds silent_at strategy usual_seconds";
          Json: "refusals";
          boolean: "silent";
        }>[];
      };
      alert_latency: {
        Args: Maybe<{
          string: "account by from_time only_strategy only_symbol to_time";
          number: "late_seconds";
        }>;
        Returns: Named<{
          number: "alerts hour late";
          string:
            | "book_max book_p50 book_p90 book_p99 receive_max receive_p50 receive_p90 receive_p99"
            | "strategy total_max total_p50 total_p90 total_p99";
        }>[];
      };
      book_waiting_alerts: {
        Args: Named<{ string: "account"; strings: "tickets" }> & Maybe<{ number: "at_most" }>;
        Returns: Json;
      };
      catch_up_shadow_account: {
        Args: Named<{ string: "account shadow" }> & Maybe<{ number: "at_most" }>;
        Returns: Json;
      };
      claim_marks: { Args: Maybe<{ string: "at"; number: "at_most lease_seconds" }>; Returns: Json };
      claim_notifications: { Args: Maybe<{ number: "at_most lease_seconds lines" }>; Returns: Json };
      compact_history: { Args: Maybe<{ number: "max_rows" }>; Returns: number };
      compare_accounts: {
        Args: Maybe<{
          string: "account baseline from_time only_strategy only_symbol to_time";
          number: "late_seconds match_seconds";
        }>;
        Returns: Record<string, unknown>;
      };
      compare_curve: {
        Args: Maybe<{ string: "account baseline bucket from_time only_strategy only_symbol to_time" }>;
        Returns: Named<{ string: "baseline_profit profit time" }>[];
      };
      compare_orders: {
        Args: Maybe<{
          string: "account baseline from_time only_status only_strategy only_symbol to_time";
          number: "before late_seconds limit match_seconds";
        }>;
        Returns: Named<{
          string:
            | "alert_id alert_time baseline_alert_id baseline_price baseline_profit baseline_quantity"
            | "baseline_time booked_at code cost id price price_drift profit profit_drift quantity"
            | "seconds side signal status strategy symbol";
          number: "number";
        }>[];
      };
      compare_strategies: {
        Args: Maybe<{ string: "account bucket from_time to_time"; strings: "strategies" }>;
        Returns: Record<string, unknown>;
      };
      complete_notification: { Args: Named<{ number: "id"; string: "lease" }>; Returns: boolean };
      create_account: {
        Args:
          & Named<{ string: "account" }>
          & Maybe<{ string: "currency owner_id"; number: "initial_cash"; Json: "settings" }>;
        Returns: Json;
      };
      create_notification_channel: {
        Args:
          & Maybe<{ strings: "accounts events"; string: "chat_id secret token url" }>
          & Named<{ string: "channel kind" }>;
        Returns: Json;
      };
      daily_results: {
        Args: Maybe<{ string: "account from_day only_strategy to_day" }>;
        Returns: Named<{ string: "day net_pnl"; number: "trades wins" }>[];
      };
      delete_mark_source: { Args: Named<{ string: "source" }>; Returns: Json };
      delete_notification_channel: { Args: Named<{ string: "channel" }>; Returns: Json };
      deposit: {
        Args: Named<{ string: "account"; number: "amount" }> & Maybe<{ string: "note" }>;
        Returns: Json;
      };
      enqueue_alert_events: { Args: Maybe<{ string: "at" }>; Returns: number };
      enqueue_daily_summaries: { Args: Maybe<{ string: "at" }>; Returns: number };
      enqueue_timed_events: { Args: Maybe<{ string: "at" }>; Returns: number };
      equity_curve: {
        Args: Maybe<{ string: "account bucket from_time to_time"; number: "in_epoch" }>;
        Returns: Named<{
          string: "close deposits drawdown drawdown_percent exposure gain high low net_pnl open time";
        }>[];
      };
      fail_notification: {
        Args:
          & Named<{ string: "error lease"; number: "id" }>
          & Maybe<{ boolean: "refused"; number: "retry_after" }>;
        Returns: Json;
      };
      halt_account: { Args: Named<{ string: "account" }> & Maybe<{ string: "reason" }>; Returns: Json };
      history_archive: {
        Args: Maybe<{ string: "account"; number: "in_epoch" }>;
        Returns: Named<{
          number: "archived_marks epoch keep_marks_days keep_minute_bars_days";
          string: "archived_until";
        }>[];
      };
      late_alerts: {
        Args: Maybe<{
          string: "account from_time only_strategy only_symbol to_time";
          number: "before late_seconds limit";
        }>;
        Returns: Named<{
          string:
            | "booked_at code id received_at seconds seconds_to_book seconds_to_receive sent_at"
            | "status strategy symbol";
        }>[];
      };
      list_accounts: {
        Args: Record<PropertyKey, never>;
        Returns: Named<{
          string: "currency halt_reason name role time_zone";
          number: "epoch version";
          boolean: "halted";
        }>[];
      };
      list_alert_gaps: {
        Args: Maybe<{
          string: "account from_time only_status only_strategy only_symbol to_time";
          number: "before limit";
        }>;
        Returns: Named<{
          string:
            | "at booked cost cost_reason due_price expected held id least_cost missed most_cost"
            | "previous price since status strategy symbol";
          boolean: "repaired";
        }>[];
      };
      list_alerts: {
        Args: Maybe<{
          string: "account only_status only_strategy only_symbol";
          number: "before in_epoch limit";
        }>;
        Returns: Named<{
          string: "alert_time code id last_duplicate_at received_at status strategy symbol";
          Json: "answer request";
          number: "duplicates";
          strings: "ignored";
        }>[];
      };
      list_fills: {
        Args: Maybe<{ string: "account only_strategy only_symbol"; number: "before in_epoch limit" }>;
        Returns: Named<{
          string:
            | "alert_id fee filled_at id multiplier order_id price quantity rate realized_pnl side"
            | "strategy symbol";
        }>[];
      };
      list_live_marks: {
        Args: Maybe<{ string: "account" }>;
        Returns: Named<{
          string: "checked_at exchange marked_at price problem read_until source symbol";
          Json: "held_back";
        }>[];
      };
      list_mark_sources: { Args: Record<PropertyKey, never>; Returns: Json };
      list_marks: {
        Args: Maybe<{ string: "account bucket from_time symbol to_time" }>;
        Returns: Named<{ string: "close high low marked_symbol open time" }>[];
      };
      list_notification_channels: { Args: Record<PropertyKey, never>; Returns: Json };
      list_notifications: { Args: Maybe<{ string: "channel status"; number: "limit" }>; Returns: Json };
      list_orders: {
        Args: Maybe<{
          string: "account only_status only_strategy only_symbol";
          number: "before in_epoch limit";
        }>;
        Returns: Named<{
          string:
            | "alert_id bracket_id closed_at created_at expires_at id leg limit_price quantity reason"
            | "side status stop_price strategy symbol time_in_force trail_amount trail_percent type";
          boolean: "reduce_only waiting";
        }>[];
      };
      list_positions: {
        Args: Maybe<{
          string: "account after_strategy after_symbol only_strategy only_symbol";
          number: "limit";
        }>;
        Returns: Named<{
          string:
            | "average_price cost_basis fees mark marked_at market_value multiplier opened_at"
            | "quantity rate realized_pnl side strategy symbol unrealized_pnl";
          number: "version";
        }>[];
      };
      list_shadow_accounts: {
        Args: Maybe<{ string: "account" }>;
        Returns: Named<{
          number: "behind";
          string: "behind_since equity failed_at failure net_pnl shadow size_factor";
          Json: "differs";
        }>[];
      };
      list_trades: {
        Args: Maybe<{ string: "account only_strategy only_symbol"; number: "before in_epoch limit" }>;
        Returns: Named<{
          string:
            | "closed_at drawdown duration entry_price exit_price fees gross_pnl id mae mfe net_pnl"
            | "opened_at quantity side strategy symbol";
        }>[];
      };
      lock_status: { Args: Named<{ string: "lock_key" }>; Returns: Json };
      notification_target: { Args: Named<{ string: "channel" }>; Returns: Json };
      notification_work: { Args: Record<PropertyKey, never>; Returns: Json };
      performance: {
        Args: Maybe<{
          string: "account from_time only_strategy only_symbol to_time";
          number: "in_epoch";
        }>;
        Returns: Record<string, unknown>;
      };
      portfolio_overview: { Args: Maybe<{ string: "account" }>; Returns: Record<string, unknown> };
      portfolio_summary: { Args: Maybe<{ string: "account" }>; Returns: Record<string, unknown> };
      preview_alerts: { Args: Named<{ Json: "alerts" }>; Returns: Json };
      process_alerts: {
        Args: Named<{ Json: "alerts" }> & Maybe<{ boolean: "wait"; numbers: "within_ms" }>;
        Returns: Json;
      };
      profit_curve: {
        Args: Maybe<{ string: "account bucket from_time only_strategy only_symbol to_time" }>;
        Returns: Named<{ string: "drawdown gain net_pnl time"; number: "trades" }>[];
      };
      read_metrics: { Args: Record<PropertyKey, never>; Returns: Json };
      reading_settings: { Args: Named<{ strings: "accounts" }>; Returns: Json };
      record_cash: {
        Args:
          & Named<{ string: "account kind"; number: "amount" }>
          & Maybe<{ string: "at note strategy symbol" }>;
        Returns: Json;
      };
      record_marks: {
        Args: Named<{ string: "at lease"; Json: "results" }> & Maybe<{ Json: "pauses" }>;
        Returns: number;
      };
      record_metrics: {
        Args:
          & Named<{ string: "function_name isolate"; Json: "metrics"; number: "report" }>
          & Maybe<{ Json: "gauges" }>;
        Returns: boolean;
      };
      release_lease: {
        Args: Maybe<{ number: "fencing_token" }> & Named<{ string: "key owner" }>;
        Returns: Json;
      };
      release_notifications: { Args: Named<{ string: "lease" }>; Returns: number };
      remove_shadow_account: { Args: Named<{ string: "account shadow" }>; Returns: Json };
      renew_lease: { Args: Named<{ number: "fencing_token ttl_ms"; string: "key owner" }>; Returns: Json };
      replay_account: {
        Args: Named<{ string: "account into" }> & Maybe<{ Json: "overrides" }>;
        Returns: Json;
      };
      resend_notifications: {
        Args: Named<{ string: "channel" }> & Maybe<{ numbers: "ids" }>;
        Returns: number;
      };
      reset_account: {
        Args: Named<{ string: "account" }> & Maybe<{ number: "initial_cash" }>;
        Returns: Json;
      };
      results: {
        Args: Maybe<{ string: "account by only_strategy only_symbol" }>;
        Returns: Named<{
          string: "fees income name net_pnl realized_pnl unrealized_pnl";
          number: "open_positions";
        }>[];
      };
      resume_account: { Args: Named<{ string: "account" }>; Returns: Json };
      schema_version: { Args: Record<PropertyKey, never>; Returns: string };
      split: {
        Args: Named<{ number: "new_units"; string: "symbol" }> & Maybe<{ number: "old_units" }>;
        Returns: Json;
      };
      symbol_chart: {
        Args: Maybe<{ string: "account bucket from_time only_strategy symbol to_time" }>;
        Returns: Named<{
          string: "bought buy_price close high low open sell_price sold time";
          number: "buys sells";
        }>[];
      };
      system_status: { Args: Record<PropertyKey, never>; Returns: Json };
      update_account_settings: { Args: Named<{ string: "account"; Json: "settings" }>; Returns: Json };
      update_notification_channel: { Args: Named<{ Json: "changes"; string: "channel" }>; Returns: Json };
      upsert_instrument: {
        Args:
          & Maybe<{
            strings: "aliases";
            boolean: "allow_nonpositive";
            number: "lot_size multiplier tick_size";
            string: "quote_currency";
          }>
          & Named<{ string: "symbol" }>;
        Returns: Json;
      };
      upsert_mark_source: { Args: Named<{ Json: "settings"; string: "source" }>; Returns: Json };
      upsert_shadow_account: {
        Args:
          & Named<{ string: "account shadow" }>
          & Maybe<{ number: "initial_cash size_factor"; Json: "settings" }>;
        Returns: Json;
      };
      verify_account: {
        Args: Maybe<{ string: "account" }>;
        Returns: Named<{ string: "actual expected item strategy symbol" }>[];
      };
      warm_up: { Args: Record<PropertyKey, never>; Returns: boolean };
      withdraw: {
        Args: Named<{ string: "account"; number: "amount" }> & Maybe<{ string: "note" }>;
        Returns: Json;
      };
    };
    Enums: { [_ in never]: never };
    CompositeTypes: { [_ in never]: never };
  };
};
