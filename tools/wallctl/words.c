#include "wallctl/words.h"
#include <string.h>

struct word {
    const char *code, *zh;
};

static const struct word names[] = {
    {"version", "版本"},
    {"boot", "启动编号"},
    {"url", "地址"},
    {"cameras", "镜头"},
    {"media", "媒体"},
    {"nodes", "节点"},
    {"id", "编号"},
    {"n", "序号"},
    {"name", "名称"},
    {"state", "状态"},
    {"reason", "原因"},
    {"detail", "详情"},
    {"since_us", "起始时间_us"},
    {"units_per_s", "画面数每秒"},
    {"bytes_per_s", "字节数每秒"},
    {"cpu_cores", "处理器核数"},
    {"ingest", "接收"},
    {"picture", "画面"},
    {"other", "其他"},
    {"picture_cores", "画面处理核数"},
    {"shed", "降载"},
    {"outages", "成片中断"},
    {"host", "主机"},
    {"down", "无画面"},
    {"of", "总数"},
    {"age", "画面时间"},
    {"p50_ms", "中位数_ms"},
    {"p99_ms", "百分之九十九_ms"},
    {"counts", "按状态计数"},
    {"seats", "席位"},
    {"streams", "码流"},
    {"connecting", "正在连接"},
    {"live", "正常"},
    {"sampled", "抽样"},
    {"idle", "待命"},
    {"stale", "陈旧"},
    {"disabled", "停用"},
    {"area", "区划"},
    {"mode", "方式"},
    {"codec", "编码"},
    {"width", "宽"},
    {"height", "高"},
    {"enabled", "启用"},
};

static const struct word values[] = {
    {"connecting", "正在连接"},
    {"live", "正常"},
    {"sampled", "抽样"},
    {"idle", "待命"},
    {"stale", "陈旧"},
    {"down", "无画面"},
    {"disabled", "停用"},
    {"connected", "在线"},
    {"lost", "失联"},
    {"away", "失联"},
    {"always", "常开"},
    {"on_demand", "按需"},
    {"true", "是"},
    {"false", "否"},
};

static const char *find(const struct word *words, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(words[i].code, code))
            return words[i].zh;
    return code;
}

const char *word_of_name(const char *name, enum language language)
{
    return language == LANGUAGE_ZH ? find(names, G_N_ELEMENTS(names), name) : name;
}

const char *word_of_value(const char *name, const char *value, enum language language)
{
    bool coded = !strcmp(name, "state") || !strcmp(name, "mode") || !strcmp(value, "true") ||
                 !strcmp(value, "false");
    return language == LANGUAGE_ZH && coded ? find(values, G_N_ELEMENTS(values), value) : value;
}
