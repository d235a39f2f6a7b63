#include "identity/problem.h"
#include "store/store.h"
#include <stddef.h>

const struct problem PROBLEM_LOGIN = {400, "invalid_login", "login",
                                      "登录名须为 2 至 64 个小写字母、数字或 . _ - @",
                                      "a login is 2 to 64 lower-case letters, digits or . _ - @"};
const struct problem PROBLEM_NAME = {400, "invalid_name", "name", "姓名须为 1 至 100 个字",
                                     "a name has 1 to 100 characters"};
const struct problem PROBLEM_PASSWORD = {400, "invalid_password", "password",
                                         "密码须为 8 至 128 个字符,且不同于登录名",
                                         "a password has 8 to 128 characters and is not the login"};
const struct problem PROBLEM_ROLE = {400, "unknown_role", "grants", "没有这个角色",
                                     "there is no such role"};
const struct problem PROBLEM_ROLES_CONFLICT = {400, "roles_conflict", "grants",
                                               "系统管理与安全审计不能由同一人担任",
                                               "one person cannot both administer and audit"};
const struct problem PROBLEM_AREA = {400, "invalid_area", "grants",
                                     "区划代码须为 9、12 或 15 位数字,留空表示全部",
                                     "an area code has 9, 12 or 15 digits, or is empty for all"};
const struct problem PROBLEM_TEXT = {400, "invalid_text", "unit", "单位名称不能超过 200 个字",
                                     "a unit has at most 200 characters"};
const struct problem PROBLEM_TAKEN = {409, "login_taken", "login", "该登录名已被使用",
                                      "this login is in use"};
const struct problem PROBLEM_VERSION = {409, "version_conflict", "version",
                                        "已被他人修改,请刷新后重试",
                                        "somebody else changed it meanwhile: load it again"};
const struct problem PROBLEM_NO_USER = {404, "not_found", NULL, "没有这个用户",
                                        "there is no such user"};
const struct problem PROBLEM_LAST_ADMIN = {409, "last_admin", "grants", "至少要保留一名系统管理员",
                                           "one system administrator has to stay"};
const struct problem PROBLEM_DEPARTMENT = {400, "unknown_department", "department", "没有这个部门",
                                           "there is no such department"};
const struct problem PROBLEM_WRONG_LOGIN = {401, "wrong_login", NULL, "登录名或密码不正确",
                                            "wrong login or password"};
const struct problem PROBLEM_WRONG_PASSWORD = {403, "wrong_password", "old", "原密码不正确",
                                               "the old password is wrong"};
const struct problem PROBLEM_LIMIT = {429, "too_many_tries", NULL, "尝试次数过多,请稍后再试",
                                      "too many tries, wait a little"};
const struct problem PROBLEM_BUSY = {503, "busy", NULL, "服务器繁忙,请稍后再试",
                                     "the server is busy, try again shortly"};
const struct problem PROBLEM_FAILED = {500, "not_saved", NULL, "保存失败,没有任何更改",
                                       "it could not be saved; nothing was changed"};
const struct problem PROBLEM_FULL = {
    507, "disk_full", NULL, "服务器磁盘已满，没有保存任何更改；请联系管理员",
    "the server's disk is full: nothing was saved. Tell the administrator"};
const struct problem PROBLEM_REASON = {400, "invalid_reason", "reason", "事由须为 2 至 200 个字",
                                       "a reason has 2 to 200 characters"};

const struct problem PROBLEM_PARENT = {400, "invalid_parent", "parent",
                                       "上级部门不存在，或形成了循环",
                                       "there is no such parent, or it would be its own"};
const struct problem PROBLEM_DEPARTMENT_AREA = {
    400, "invalid_area", "area", "没有这个区划，或代码不是 9、12、15 位数字",
    "there is no such area, or its code has not 9, 12 or 15 digits"};
const struct problem PROBLEM_DEPARTMENT_KIND = {400, "invalid_kind", "kind", "没有这种部门类型",
                                                "there is no such kind of department"};
const struct problem PROBLEM_DEPARTMENT_ID = {
    400, "invalid_id", "id", "部门编号须为 2 至 64 个小写字母、数字或 . _ -",
    "an id is 2 to 64 lower-case letters, digits or . _ -"};
const struct problem PROBLEM_DEPARTMENT_TAKEN = {409, "id_taken", "id", "该编号已被使用",
                                                 "this id is in use"};
const struct problem PROBLEM_NO_DEPARTMENT = {404, "not_found", NULL, "没有这个部门",
                                              "there is no such department"};
const struct problem PROBLEM_LEADER = {400, "invalid_leader", "leader",
                                       "负责人须有姓名或 5 至 20 位的电话",
                                       "a leader has a name or a phone of 5 to 20 digits"};
const struct problem PROBLEM_GRANT_OF = {400, "grant_without_role", "grants",
                                         "该授权只能授予同一区域的人大代表",
                                         "this grant is only for deputies of that area"};
const struct problem PROBLEM_GRANT_TIME = {
    400, "invalid_grant_time", "grants", "授权的起止时间不正确：结束须晚于开始",
    "the times of a grant are wrong: it has to end after it begins"};
const struct problem PROBLEM_GRANT_PAST = {400, "grant_past", "grants",
                                           "授权的结束时间已过：请改为以后的时间，或去掉这一项",
                                           "the end of a grant has passed: choose a later one, or "
                                           "take the grant away"};
const struct problem PROBLEM_GRANT_TWICE = {400, "grant_twice", "grants",
                                            "同一角色在同一区域只能有一项授权",
                                            "a role is given only once in the same area"};
const struct problem PROBLEM_GRANT_SPAN = {
    400, "grant_span", "grants", "该授权的起止时间超出了其人大代表角色的时间",
    "this grant begins before or ends after the role of deputy beside which it is given"};
const struct problem PROBLEM_NO_GRANT = {
    403, "no_grant", NULL, "您的授权尚未开始或已经到期，请联系系统管理员",
    "your grants have not begun or are over: ask a system administrator"};
const struct problem PROBLEM_AUDITOR_ACCOUNT = {
    403, "auditor_account", "grants",
    "安全审计员账户不由系统管理员管理，请在服务器上用 wallctl 操作",
    "accounts of security auditors are not the administrator's: use wallctl on the server"};

const struct problem PROBLEM_NO_RIGHT = {403, "no_right", NULL, "您没有此项权限",
                                         "Your rights do not allow this"};
const struct problem PROBLEM_NO_SESSION = {404, "not_found", NULL, "没有这个会话",
                                           "there is no such session"};

const struct problem PROBLEM_OUT_OF_REACH = {
    403, "out_of_reach", "grants", "该用户的区域超出了您的管理范围",
    "this user's areas reach further than what you manage"};
const struct problem PROBLEM_DEPARTMENT_REACH = {
    403, "out_of_reach", "area", "该部门的区域超出了您的管理范围",
    "this department's area reaches further than what you manage"};
const struct problem PROBLEM_PHONE = {400, "invalid_phone", "phone", "电话号码须为 5 至 20 位数字",
                                      "a phone number has 5 to 20 digits"};
const struct problem PROBLEM_CODE = {401, "wrong_code", "code", "动态码不正确或已用过",
                                     "the code is wrong, or was used before"};
/* While one is logged in: a 401 would say that one is not. */
const struct problem PROBLEM_CODE_WRONG = {403, "wrong_code", "code", "动态码不正确或已用过",
                                           "the code is wrong, or was used before"};
const struct problem PROBLEM_CODE_NEEDED = {401, "code_required", "code",
                                            "请输入身份验证器上的 6 位动态码",
                                            "type the 6 digits of your authenticator"};
const struct problem PROBLEM_FACTOR_THERE = {409, "totp_there", NULL, "动态码已启用，请先关闭",
                                             "the second factor is on: switch it off first"};
const struct problem PROBLEM_NO_FACTOR = {409, "totp_none", NULL, "没有待确认的动态码",
                                          "there is no second factor to confirm"};

const struct problem *problem_saving(const GError *error)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        return &PROBLEM_FULL;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_BUSY))
        return &PROBLEM_BUSY;
    return &PROBLEM_FAILED;
}
